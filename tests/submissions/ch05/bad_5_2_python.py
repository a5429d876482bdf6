# exercise 5.2: teapot
# says: The body is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).
from tests.submissions import of_function

answers = {"GET /model": of_function(418, text="{'tea': True}")}

teapot = """
def handler(event, context):
    return {"statusCode": 418, "body": str({"tea": True})}
"""
