"""Chapter 06: a path of one's own that is served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

NO_TEA = (
    "Give back the path, its method and its integration: what is not in the deployment's parts is "
    "not served. Then up()."
)


def tea(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path that is deployed, and that the function answers."""
    steps.function(value)
    reply = calls.call(outputs, "GET", "/tea")
    calls.of_function(reply, "GET /tea", NO_TEA)
    if reply.status != 404 or "/tea" not in reply.said:
        raise NotYet(
            f"GET /tea gets {reply.status}: {reply.said[:200]}",
            "It should be the function's own 404. Which function is behind it?",
        )
    return f"404, and from the function: {reply.said[:200]}"


EXERCISES = (
    Exercise(
        "6.1",
        "Write tea(rest_api): GET /tea, which leads to the function. It has no tea, "
        "and says so itself: 404, where the gateway said 403.",
        tea,
        "Path, method and integration are those of chapters 04 and 05, with other names.",
        """def tea(rest_api):
    path = aws.apigateway.Resource(
        "teaPath", rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id, path_part="tea")
    method = aws.apigateway.Method(
        "teaMethod", rest_api=rest_api.id, resource_id=path.id,
        http_method="GET", authorization="NONE")
    proxy = aws.apigateway.Integration(
        "teaIntegration", rest_api=rest_api.id,
        resource_id=path.id, http_method=method.http_method,
        type="AWS_PROXY", integration_http_method="POST",
        uri=outputs()["integration_uri"],
        credentials=outputs()["api_role_arn"])
    return [path, method, proxy]""",
        "how you wrote it: GET /tea is called where it is deployed",
        calls=True,
    ),
)
