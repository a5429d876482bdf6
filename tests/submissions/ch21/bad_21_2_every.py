# exercise 21.2: count_limit
# says: Two calls of POST /messages get 429, too.
from itertools import chain, repeat

from tests.submissions import of_function, of_gateway

fine, slow = of_function(404, error={}), of_gateway(429, "TooManyRequestsException")
counted = chain([fine], repeat(slow))
answers = {
    "POST /messages/count_tokens": lambda **more: next(counted),
    "POST /messages": slow,
}


def count_limit(rest_api, stage):
    return [rest_api, stage]
