# exercise 9.1: health
from tests.submissions import of_function, of_gateway

answers = {
    "GET /health": of_function(200, ok=True),
    "GET /model": of_gateway(401, "UnauthorizedException"),
}


def health(rest_api):
    return [rest_api]
