# exercise 20.1: any_shape
# says: POST /responses is answered in one piece of 61 bytes.
from gateway.chat import path_below
from gateway.limits import path_method, proxy_integration
from lab.prompt.state import Reply

answers = {
    "POST /responses": Reply(
        404, {"x-amzn-RequestId": "r-1", "Content-Length": "61"}, '{"error": {}}', 0.0
    )
}


def any_shape(rest_api, access, invocation):
    path = path_below("shapePath", rest_api, rest_api.root_resource_id, "{shape}")
    method = path_method("shapeMethod", rest_api, path, "POST", access)
    return [path, method, proxy_integration("shapeIntegration", rest_api, method, invocation)]
