# exercise 6.1: tea
# says: GET /tea gets 403 from gateway: the function was not asked.
from tests.submissions import of_gateway

answers = {"GET /tea": of_gateway(403, "ForbiddenException")}


def tea(rest_api):
    return [rest_api]
