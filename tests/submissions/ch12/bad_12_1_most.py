# exercise 12.1: feedback
# says: {'stars': 6} gets 404, and should get 400.
from tests.submissions import KEYS, of_function, of_gateway

ASKED, BAD = of_function(404, error="no such path"), of_gateway(400, "BadRequestException")
NO = of_gateway(401, "UnauthorizedException")


def answer(json, headers):
    if headers.get("Authorization") != f"Bearer {KEYS['blue']}":
        return NO
    stars = json.get("stars")
    return ASKED if isinstance(stars, int) and stars >= 1 else BAD


answers = {"POST /feedback": answer}


def feedback(rest_api, access, invocation):
    return [rest_api]
