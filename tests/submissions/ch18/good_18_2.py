# exercise 18.2: unknown
from tests.submissions import of_function, of_gateway

answers = {
    "GET /no-such-path": of_function(404, error={"message": "No.", "code": "unknown_url"}),
    "GET /model": of_gateway(401, "UnauthorizedException"),
}


def unknown(rest_api):
    return [rest_api]
