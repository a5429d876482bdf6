# exercise 22.2: ready
# says: GET /instances/ready gets 200: 'OK'
from tests.submissions import of_balancer

answers = {
    "GET /instances/ready": of_balancer(200, "OK"),
}


def ready(listener):
    return [listener]
