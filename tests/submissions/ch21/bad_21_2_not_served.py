# exercise 21.2: count_limit
# says: 3 calls of POST /messages/count_tokens at once were all let through.
from itertools import chain, repeat

from tests.submissions import of_function, of_gateway

fine, slow = of_function(404, error={}), of_gateway(429, "TooManyRequestsException")
counted = chain(repeat(fine))
answers = {
    "POST /messages/count_tokens": lambda **more: next(counted),
    "POST /messages": fine,
}


def count_limit(rest_api, stage):
    return [rest_api, stage]
