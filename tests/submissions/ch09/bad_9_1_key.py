# exercise 9.1: health
# says: GET /health gets 401: it asks who calls.
from tests.submissions import of_gateway

answers = {"GET /health": of_gateway(401, "UnauthorizedException")}


def health(rest_api):
    return [rest_api]
