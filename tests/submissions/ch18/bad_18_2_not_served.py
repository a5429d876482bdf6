# exercise 18.2: unknown
# says: GET /no-such-path still gets 403: clients raise PermissionDeniedError.
from tests.submissions import of_gateway

answers = {"GET /no-such-path": of_gateway(403, "MissingAuthenticationTokenException")}


def unknown(rest_api):
    return [rest_api]
