# exercise 18.2: unknown
# says: 404, but clients find no error in it: '{"message": "No."}'
from tests.submissions import of_gateway

answers = {"GET /no-such-path": of_gateway(404, "x")}


def unknown(rest_api):
    return [rest_api]
