# exercise 10.2: machines
# says: The blue team gets 403 at /model now.
from tests.submissions import of_function, of_gateway

SEEN, NO = of_function(404, error="no such path"), of_gateway(403, "AccessDeniedException")


def answer(headers):
    return SEEN if headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ") else NO


answers = {"GET /machines": answer, "GET /model": lambda headers: NO}


def machines(rest_api):
    return [rest_api]
