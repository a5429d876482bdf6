# exercise 7.2: preview
from tests.submissions import of_function

answers = {"GET http://127.0.0.1:4566/next/model": of_function(200, limits={})}


def preview(rest_api, deployment):
    return deployment
