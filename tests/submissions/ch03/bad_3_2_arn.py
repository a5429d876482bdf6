# exercise 3.2: arn
# says: 'arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5' does not begin with the execution ARN of an API.
arn = "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5"
