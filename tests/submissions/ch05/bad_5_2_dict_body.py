# exercise 5.2: response
# says: The body is a dict: the gateway answers 502, malformed response.
response = {"statusCode": 418, "body": {"tea": True}}
