# exercise 17.2: pattern
# says: CloudWatch cannot read
pattern = '{ status = "429" && team = "blue" }'
