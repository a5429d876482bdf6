# exercise 5.2: teapot
# says: The code is a dict; a text is wanted.
teapot = {"statusCode": 418}
