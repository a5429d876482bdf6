# exercise 5.2: teapot
# says: The statusCode is 200.
from tests.submissions import of_function

answers = {"GET /model": of_function(200, tea=True)}

teapot = """
def handler(event, context):
    return {"statusCode": 200, "body": '{"tea": true}'}
"""
