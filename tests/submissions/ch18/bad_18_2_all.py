# exercise 18.2: unknown
# says: GET /model gets 404 now, too.
from tests.submissions import of_function

answers = {
    "GET /no-such-path": of_function(404, error={"message": "No.", "code": "unknown_url"}),
    "GET /model": of_function(404, error={"message": "No.", "code": "unknown_url"}),
}


def unknown(rest_api):
    return [rest_api]
