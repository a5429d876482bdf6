# exercise 24.2: preview
# says: POST /instances/model with x-preview: yes gets 503: '<html></html>'
from tests.submissions import of_balancer, of_home


def answer(headers, **_):
    return (
        of_balancer(503, "<html></html>")
        if "x-preview" in headers
        else of_home(200, "stable/127.31.0.5:8080")
    )


answers = {"POST /instances/model": answer}


def preview(listener, targets):
    return [listener]
