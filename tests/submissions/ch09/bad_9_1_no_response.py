# exercise 9.1: health
# says: GET /health gets 500: the gateway has no answer to give.
from tests.submissions import of_gateway

answers = {"GET /health": of_gateway(500, "InternalServerErrorException")}


def health(rest_api):
    return [rest_api]
