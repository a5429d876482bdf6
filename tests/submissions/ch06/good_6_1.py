# exercise 6.1: tea
from tests.submissions import of_function

answers = {
    "GET /tea": of_function(404, error={"message": "There is nothing at /tea, only /model."})
}


def tea(rest_api):
    return [rest_api]
