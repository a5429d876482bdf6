# exercise 5.2: teapot
from tests.submissions import of_function

answers = {"GET /model": of_function(418, tea=True)}

teapot = """
import json


def handler(event, context):
    return {
        "statusCode": "418",
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"tea": True}),
        "isBase64Encoded": False,
    }
"""
