# exercise 3.2: arn
# says: The API's id in the ARN is zzzzzzzzzz; the stack's API is a1b2c3d4e5.
arn = "arn:aws:execute-api:us-east-1:000000000000:zzzzzzzzzz/v1/POST/model"
