# exercise 5.2: response
response = {"statusCode": 418, "body": '{"tea": true}'}
