# exercise 10.2: machines
# says: GET /machines with a signature gets 403 from gateway: the function was not asked.
from tests.submissions import of_gateway

answers = {"GET /machines": of_gateway(403, "AccessDeniedException")}


def machines(rest_api):
    return [rest_api]
