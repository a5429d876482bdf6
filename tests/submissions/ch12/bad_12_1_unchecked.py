# exercise 12.1: feedback
# says: {} gets 404, and should get 400.
from tests.submissions import of_function

answers = {"POST /feedback": of_function(404, error="no such path")}


def feedback(rest_api, access, invocation):
    return [rest_api]
