# exercise 24.2: preview
# says: With x-preview: yes, stable/127.31.0.5:8080 answers.
from tests.submissions import of_home

answers = {"POST /instances/model": of_home(200, "stable/127.31.0.5:8080")}


def preview(listener, targets):
    return [listener]
