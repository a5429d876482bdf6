# exercise 5.2: response
# says: This is a str: the gateway answers 502, malformed response.
response = '{"tea": true}'
