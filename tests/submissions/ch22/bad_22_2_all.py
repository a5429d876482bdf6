# exercise 22.2: ready
# says: GET /instances/models gets 200, and from no instance: the rule takes it, too.
from tests.submissions import of_balancer

answers = {
    "GET /instances/ready": of_balancer(200, "ready"),
    "GET /instances/models": of_balancer(200, "ready"),
}


def ready(listener):
    return [listener]
