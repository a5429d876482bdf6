# exercise 9.1: health
# says: GET /model without a key gets 200: now everybody is let in there, too.
from tests.submissions import of_function

answers = {
    "GET /health": of_function(200, ok=True),
    "GET /model": of_function(200, name="SmolLM2"),
}


def health(rest_api):
    return [rest_api]
