# exercise 6.1: tea
# says: GET /tea gets 403: what is served has no such path or method.
from tests.submissions import of_gateway

answers = {"GET /tea": of_gateway(403, "MissingAuthenticationTokenException")}


def tea(rest_api):
    return [rest_api]
