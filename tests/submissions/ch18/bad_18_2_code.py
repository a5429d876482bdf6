# exercise 18.2: unknown
# says: The code is 'not_found'.
from tests.submissions import of_function

answers = {"GET /no-such-path": of_function(404, error={"message": "No.", "code": "not_found"})}


def unknown(rest_api):
    return [rest_api]
