# exercise 23.2: closed
# says: 503, but clients find no error with the code closed in it: '<html></html>'
from tests.submissions import of_balancer

answers = {
    "POST /instances/model": of_balancer(503, "<html></html>"),
}


def closed(listener):
    return [listener]
