# exercise 10.1: policy
# says: 'arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5' is no ARN of execute-api.
policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "execute-api:Invoke",
            "Resource": "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5",
        }
    ],
}
