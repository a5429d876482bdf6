# exercise 24.2: preview
# says: Without the header, candidate/127.31.0.6:8080 answers: no stable one.
from tests.submissions import of_home

answers = {"POST /instances/model": of_home(200, "candidate/127.31.0.6:8080")}


def preview(listener, targets):
    return [listener]
