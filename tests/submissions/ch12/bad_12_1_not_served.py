# exercise 12.1: feedback
# says: POST /feedback gets 403: what is served has no such path or method.
from tests.submissions import of_gateway

answers = {"POST /feedback": of_gateway(403, "MissingAuthenticationTokenException")}


def feedback(rest_api, access, invocation):
    return [rest_api]
