# exercise 6.1: tea
# says: GET /tea gets 200: {"completion": "Hello"}
from tests.submissions import of_function

answers = {"GET /tea": of_function(200, completion="Hello")}


def tea(rest_api):
    return [rest_api]
