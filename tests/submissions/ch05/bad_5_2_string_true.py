# exercise 5.2: response
# says: The body says {"tea": "true"}.
response = {"statusCode": 418, "body": '{"tea": "true"}'}
