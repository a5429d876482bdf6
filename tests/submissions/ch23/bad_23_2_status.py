# exercise 23.2: closed
# says: POST /instances/model gets 200: 'closed'
from tests.submissions import of_balancer

answers = {
    "POST /instances/model": of_balancer(200, "closed"),
}


def closed(listener):
    return [listener]
