# exercise 25.2: drill
# says: POST /instances/model gets 503: callers of the instances are refused, too.
from tests.submissions import of_balancer, of_home

answers = {
    "POST /instances/model": of_balancer(503, "A drill."),
    "POST /model": of_home(200, "function"),
}


def drill(listener):
    return [listener]
