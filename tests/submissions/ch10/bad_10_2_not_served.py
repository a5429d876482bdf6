# exercise 10.2: machines
# says: GET /machines with a signature gets 403: what is served has no such path or method.
from tests.submissions import of_gateway

answers = {"GET /machines": of_gateway(403, "MissingAuthenticationTokenException")}


def machines(rest_api):
    return [rest_api]
