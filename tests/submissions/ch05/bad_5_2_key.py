# exercise 5.2: response
# says: The gateway knows no status_code, and answers 502 for it.
response = {"status_code": 418, "body": '{"tea": true}'}
