# exercise 5.2: teapot
# says: The body is a dict: the gateway answers 502, malformed response.
from tests.submissions import of_gateway

answers = {"GET /model": of_gateway(502, "BadGatewayException")}

teapot = """
def handler(event, context):
    return {"statusCode": 418, "body": {"tea": True}}
"""
