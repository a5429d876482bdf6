# exercise 22.2: ready
# says: GET /instances/ready gets 404 from an instance: no rule was for it.
from tests.submissions import of_home

answers = {
    "GET /instances/ready": of_home(404, "stable/127.31.0.5:8080"),
}


def ready(listener):
    return [listener]
