# exercise 5.2: response
import json

response = {
    "statusCode": "418",
    "headers": {"Content-Type": "application/json"},
    "body": json.dumps({"tea": True}),
    "isBase64Encoded": False,
}
