# exercise 10.2: machines
# says: GET /machines with a signature gets 401: the authorizer was asked.
from tests.submissions import of_gateway

answers = {"GET /machines": of_gateway(401, "UnauthorizedException")}


def machines(rest_api):
    return [rest_api]
