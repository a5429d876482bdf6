# exercise 20.1: two_minutes
# says: Your function declares 0 of Integration; one is wanted.
def two_minutes(rest_api, method, function):
    return {"response_transfer_mode": "STREAM", "timeout_milliseconds": 120000}
