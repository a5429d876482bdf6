# exercise 7.2: preview
# says: GET /next/model gets 403: what that stage serves has no such path.
from tests.submissions import of_gateway

answers = {
    "GET http://127.0.0.1:4566/next/model": of_gateway(403, "MissingAuthenticationTokenException")
}


def preview(rest_api, deployment):
    return deployment
