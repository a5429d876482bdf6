# exercise 10.2: machines
from tests.submissions import of_function, of_gateway

SEEN, NO = of_function(404, error="no such path"), of_gateway(403, "AccessDeniedException")
MODEL = of_function(200, name="SmolLM2")


def answer(headers):
    return SEEN if headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 ") else NO


answers = {"GET /machines": answer, "GET /model": lambda headers: MODEL}


def machines(rest_api):
    return [rest_api]
