# exercise 3.2: arn
# says: An ARN is a text, and this is a list.
arn = ["v1"]
