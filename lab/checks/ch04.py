"""Chapter 04: paths and methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway import api
from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

MODEL_PATH = "modelPath-id"


def named(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path with a parameter below /model, and its method, which API Gateway answers in a test."""
    _check_declared(steps.function(value))
    reply = calls.test(outputs, "GET", "/model/{name}", "/model/tea")
    if reply.status >= 500:
        raise NotYet(
            f"GET /model/tea gets {reply.status} in a test: the method leads nowhere.",
            "Give back the method, so that mock(method) gives it an integration. Then up().",
        )
    if reply.status != 200 or reply.data != {"name": "tea"}:
        raise NotYet(
            f"GET /model/tea gets {reply.status} in a test: {reply.body[:200]}",
            "The answer is mock's: leave that as it is, and up() again.",
        )
    return f"A test of GET /model/tea gets 200: {reply.body[:80]}. Any other name would do."


def _check_declared(write: Callable[..., Any]) -> None:
    """Whether the step declares one path below /model, with a parameter, and its method GET."""

    def step() -> Any:
        rest_api = api.rest_api({})
        return write(rest_api, api.model_path(rest_api))

    made = [one for one in steps.declared(step) if one.name != "modelPath"]
    path = steps.only(made, "Resource", "Declare one aws.apigateway.Resource.")
    if path.inputs.get("parentId") != MODEL_PATH:
        raise NotYet(
            "The new path does not hang below /model.", "Its parent_id is the id of model_path."
        )
    part = str(path.inputs.get("pathPart", ""))
    if "/" in part:
        raise NotYet(
            f"The path part {part!r} has a slash in it. Each resource is one part of a path.",
            "Leave out what the parent already says.",
        )
    if part == "{name+}":
        raise NotYet(
            "{name+} takes everything below /model, slashes and all.",
            "Without the plus it takes one part.",
        )
    if part != "{name}":
        raise NotYet(
            f"The path part is {part!r}. Without braces it is a fixed word.",
            "A parameter stands in braces: {name}.",
        )
    method = steps.only(made, "Method", "Declare one aws.apigateway.Method and return it.")
    verb = method.inputs.get("httpMethod")
    if verb != "GET":
        raise NotYet(f"The method is {verb}.", "The test calls GET.")


def two_methods(value: Any, _: Mapping[str, Any]) -> str:
    """GET and POST in place of ANY."""
    write = steps.function(value)

    def step() -> Any:
        rest_api = api.rest_api({})
        write(rest_api, api.model_path(rest_api))

    made = [one for one in steps.declared(step) if one.kind == "Method"]
    verbs = sorted(str(one.inputs.get("httpMethod", "")) for one in made)
    if not made:
        raise NotYet("No method is declared.", "Declare two of aws.apigateway.Method.")
    if "ANY" in verbs:
        raise NotYet("ANY is still there.", "Replace it by two methods.")
    if verbs != ["GET", "POST"]:
        raise NotYet(
            f"The methods are {', '.join(verbs)}.",
            "One resource a method, in capitals: GET and POST.",
        )
    if any(one.inputs.get("resourceId") != MODEL_PATH for one in made):
        raise NotYet("A method does not hang on /model.", "resource_id is the id of model_path.")
    if any(one.inputs.get("authorization") != "NONE" for one in made):
        raise NotYet("A method asks for authorization.", 'Keep authorization="NONE".')
    return "GET and POST, and a DELETE is refused by the gateway: the function never sees it."


EXERCISES = (
    Exercise(
        "4.1",
        "Write named(rest_api, model_path): the path /model/{name} below /model, where {name} is a "
        "parameter, and its method GET. Give back the method.",
        named,
        "Like model_path() and model_method(), with another parent and a part in braces.",
        """def named(rest_api, model_path):
    path = aws.apigateway.Resource(
        "namedPath", rest_api=rest_api.id,
        parent_id=model_path.id, path_part="{name}")
    return aws.apigateway.Method(
        "namedMethod", rest_api=rest_api.id, resource_id=path.id,
        http_method="GET", authorization="NONE")""",
        "how you wrote it: the test is of what up() has made",
        calls=True,
    ),
    Exercise(
        "4.2",
        "Write two_methods(rest_api, model_path): the methods GET and POST of /model, in place "
        "of ANY.",
        two_methods,
        "Two resources with two names; a loop does it.",
        """def two_methods(rest_api, model_path):
    return [
        aws.apigateway.Method(
            f"modelMethod{verb.title()}",
            rest_api=rest_api.id,
            resource_id=model_path.id,
            http_method=verb,
            authorization="NONE",
        )
        for verb in ("GET", "POST")
    ]""",
        "the integrations: each method needs one of its own",
    ),
)
