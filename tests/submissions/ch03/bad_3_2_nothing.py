# exercise 3.2: arn
# says: Nothing behind the API's id means more than one method.
arn = "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5"
