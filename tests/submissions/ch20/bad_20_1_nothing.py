# exercise 20.1: any_shape
# says: Your function declares 0 of Resource; one is wanted.
from tests.submissions import of_function, of_gateway


def asked(headers=None, **more):
    if headers is None:
        return of_gateway(401, "UnauthorizedException")
    return of_function(404, error={"message": "There is no model 'none'."})


answers = {"POST /responses": asked, "POST /messages": asked}


def any_shape(rest_api, access, invocation):
    return []
