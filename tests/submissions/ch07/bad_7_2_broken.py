# exercise 7.2: preview
# says: GET /next/model gets 500 from gateway: No.
from tests.submissions import of_gateway

answers = {"GET http://127.0.0.1:4566/next/model": of_gateway(500, "InternalServerErrorException")}


def preview(rest_api, deployment):
    return deployment
