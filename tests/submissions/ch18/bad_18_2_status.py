# exercise 18.2: unknown
# says: GET /no-such-path gets 400.
from tests.submissions import of_gateway

answers = {"GET /no-such-path": of_gateway(400, "x")}


def unknown(rest_api):
    return [rest_api]
