# exercise 6.1: tea
# says: GET /tea gets 500: the gateway did not get an answer of the function.
from tests.submissions import of_gateway

answers = {"GET /tea": of_gateway(500, "InternalServerErrorException")}


def tea(rest_api):
    return [rest_api]
