# exercise 5.2: teapot
# says: The gateway knows no status_code, and answers 502 for it.
from tests.submissions import of_gateway

answers = {"GET /model": of_gateway(502, "BadGatewayException")}

teapot = """
def handler(event, context):
    return {"status_code": 418, "body": '{"tea": true}'}
"""
