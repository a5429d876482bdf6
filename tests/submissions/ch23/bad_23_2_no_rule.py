# exercise 23.2: closed
# says: POST /instances/model gets 200 from an instance: no rule was for it.
from tests.submissions import of_home

answers = {
    "POST /instances/model": of_home(200, "stable/127.31.0.5:8080"),
}


def closed(listener):
    return [listener]
