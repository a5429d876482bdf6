# exercise 12.1: feedback
# says: Without a key, it gets 404.
from tests.submissions import of_function, of_gateway

ASKED, BAD = of_function(404, error="no such path"), of_gateway(400, "BadRequestException")


def answer(json, headers):
    stars = json.get("stars")
    return ASKED if isinstance(stars, int) and 1 <= stars <= 5 else BAD


answers = {"POST /feedback": answer}


def feedback(rest_api, access, invocation):
    return [rest_api]
