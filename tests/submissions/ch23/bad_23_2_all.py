# exercise 23.2: closed
# says: GET /instances/models gets 503, and from no instance: the rule takes it, too.
from tests.submissions import of_balancer

answers = {
    "POST /instances/model": of_balancer(
        503, '{"error": {"message": "Back at nine.", "code": "closed"}}'
    ),
    "GET /instances/models": of_balancer(
        503, '{"error": {"message": "Back at nine.", "code": "closed"}}'
    ),
}


def closed(listener):
    return [listener]
