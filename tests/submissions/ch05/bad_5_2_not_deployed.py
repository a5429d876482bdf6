# exercise 5.2: teapot
# says: A test of GET /model gets 200: {"completion": "Tea?"}
from tests.submissions import of_function

answers = {"GET /model": of_function(200, completion="Tea?")}

teapot = """
def handler(event, context):
    return {"statusCode": 418, "body": '{"tea": true}'}
"""
