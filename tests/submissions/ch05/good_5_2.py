# exercise 5.2: teapot
from tests.submissions import of_function

answers = {"GET /model": of_function(418, tea=True)}

teapot = """
def handler(event, context):
    return {"statusCode": 418, "body": '{"tea": true}'}
"""
