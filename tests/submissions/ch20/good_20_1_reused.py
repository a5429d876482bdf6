# exercise 20.1: two_minutes
from dataclasses import replace

from gateway.api import invocation
from gateway.chat import streaming
from gateway.limits import proxy_integration
from gateway.settings import Settings


class Role:
    arn = "arn:aws:iam::123456789012:role/api"


def two_minutes(rest_api, method, function):
    how = streaming(replace(Settings(), stream=True, timeout=120), function)
    return proxy_integration("patient", rest_api, method, {**invocation(function, Role), **how})
