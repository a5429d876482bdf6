# exercise 20.1: any_shape
# says: POST /responses without a key gets 404: everybody may ask there.
from gateway.chat import path_below
from gateway.limits import path_method, proxy_integration
from tests.submissions import of_function, of_gateway


def asked(headers=None, **more):
    if headers == 1:
        return of_gateway(401, "UnauthorizedException")
    return of_function(404, error={"message": "There is no model 'none'."})


answers = {"POST /responses": asked, "POST /messages": asked}


def any_shape(rest_api, access, invocation):
    path = path_below("shapePath", rest_api, rest_api.root_resource_id, "{shape}")
    method = path_method("shapeMethod", rest_api, path, "POST", access)
    return [path, method, proxy_integration("shapeIntegration", rest_api, method, invocation)]
