# exercise 9.1: health
# says: GET /health gets 200: '{"fine": true}'
from tests.submissions import of_function

answers = {"GET /health": of_function(200, fine=True)}


def health(rest_api):
    return [rest_api]
