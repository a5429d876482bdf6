# exercise 24.2: preview
from tests.submissions import of_home


def answer(headers, **_):
    return (
        of_home(200, "candidate/127.31.0.6:8080")
        if "x-preview" in headers
        else of_home(200, "stable/127.31.0.5:8080")
    )


answers = {"POST /instances/model": answer}


def preview(listener, targets):
    return [listener]
