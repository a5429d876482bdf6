# exercise 23.2: closed
from tests.submissions import of_balancer, of_home

answers = {
    "POST /instances/model": of_balancer(
        503, '{"error": {"message": "Back at nine.", "code": "closed"}}'
    ),
    "GET /instances/models": of_home(200, "stable/127.31.0.5:8080"),
}


def closed(listener):
    return [listener]
