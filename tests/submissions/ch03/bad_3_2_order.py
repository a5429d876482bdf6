# exercise 3.2: arn
# says: Behind the API's id stands /POST/v1/model.
arn = "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/POST/v1/model"
