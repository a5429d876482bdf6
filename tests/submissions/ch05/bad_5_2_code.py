# exercise 5.2: response
# says: The statusCode is 200.
response = {"statusCode": 200, "body": '{"tea": true}'}
