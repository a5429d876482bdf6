# exercise 3.2: arn
arn = "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/v1/POST/model"
