# exercise 5.2: response
# says: The body is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1).
response = {"statusCode": 418, "body": str({"tea": True})}
