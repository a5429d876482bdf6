# exercise 22.2: ready
from tests.submissions import of_balancer, of_home

answers = {
    "GET /instances/ready": of_balancer(200, "ready"),
    "GET /instances/models": of_home(200, "stable/127.31.0.5:8080"),
}


def ready(listener):
    return [listener]
