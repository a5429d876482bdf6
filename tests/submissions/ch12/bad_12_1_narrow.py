# exercise 12.1: feedback
# says: {"stars": 5} gets 400.
from tests.submissions import of_gateway

answers = {"POST /feedback": of_gateway(400, "BadRequestException")}


def feedback(rest_api, access, invocation):
    return [rest_api]
