# exercise 10.2: machines
# says: Without a signature, it gets 404.
from tests.submissions import of_function

answers = {"GET /machines": of_function(404, error="no such path")}


def machines(rest_api):
    return [rest_api]
