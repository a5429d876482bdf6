# exercise 9.1: health
# says: GET /health gets 403: what is served has no such path or method.
from tests.submissions import of_gateway

answers = {"GET /health": of_gateway(403, "MissingAuthenticationTokenException")}


def health(rest_api):
    return [rest_api]
