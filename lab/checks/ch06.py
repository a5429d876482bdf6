"""Chapter 06: what a deployment freezes, and a path of one's own that is served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

# A test asks the program itself: its digest changes for exactly the True ones.
REDEPLOYS = {
    "authorization of the method": True,
    "timeout of the integration": True,
    "memory of the function": False,
    "name of the stage": False,
    "who may call (resource policy)": True,
    "retention of the log": False,
}
WHY = {
    "authorization of the method": "A method is part of the API, and the deployment froze it.",
    "timeout of the integration": "An integration is part of the API, and the deployment froze it.",
    "memory of the function": "The function is called where it is: its next call has the memory.",
    "name of the stage": "The stage is in front of the deployment, and is not frozen with it.",
    "who may call (resource policy)": "The resource policy is frozen: it works when deployed.",
    "retention of the log": "The log is not part of the API.",
}


def redeploys(value: Any, _: Mapping[str, Any]) -> str:
    """Which edits make a new deployment."""
    steps.filled(
        value,
        REDEPLOYS,
        bool,
        ("is not True or False.", "Write True or False."),
        lambda name: (WHY[name], "Ask: is it in the copy?"),
    )
    return "A deployment is a copy of the API: paths, methods, integrations, policy. Only those."


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
        "Which of these edits make a new deployment? Say True or False for each.",
        redeploys,
        "A deployment is a copy of the API as it is: what is in that copy?",
        "redeploys = {\n" + "".join(f"    {n!r}: {t},\n" for n, t in REDEPLOYS.items()) + "}",
        "arguments that the list does not name; the digest in gateway/deployment.py has them all",
    ),
    Exercise(
        "6.2",
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
