# exercise 5.2: teapot
# says: The body says {"tea": "true"}.
from tests.submissions import of_function

answers = {"GET /model": of_function(418, tea="true")}

teapot = """
def handler(event, context):
    return {"statusCode": 418, "body": '{"tea": "true"}'}
"""
