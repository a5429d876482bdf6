# exercise 25.2: drill
from tests.submissions import of_home

answers = {
    "POST /instances/model": of_home(200, "stable/127.31.0.5:8080"),
    "POST /model": of_home(200, "function"),
}


def drill(listener):
    return [listener]
