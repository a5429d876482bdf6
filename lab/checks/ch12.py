"""Chapter 12: a path of one's own whose bodies are checked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

PATH = "/feedback"
NOT_SERVED = "Give back all that you declare: what is not in the deployment's parts is not served."
# Bodies that have to be refused, and the hint where one is not.
REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, 'Without stars there is nothing to say: "required": ["stars"].'),
    ({"stars": 6}, 'At most five: "maximum": 5.'),
    ({"stars": 0}, 'At least one: "minimum": 1.'),
    ({"stars": "5"}, 'A text is no number: "type": "integer".'),
    ({"stars": 4.5}, 'Half a star is none: "type": "integer".'),
)


def feedback(value: Any, outputs: Mapping[str, Any]) -> str:
    """A path that wants a key, and whose bodies the gateway checks, of every type."""
    steps.function(value)
    key = calls.as_team(outputs, "blue")

    say = partial(calls.call, outputs, "POST", PATH)
    reply = say(json={"stars": 5}, headers=key)
    if reply.status == 400:
        raise NotYet('{"stars": 5} gets 400.', "The schema is too narrow, or of another type.")
    calls.of_function(reply, f"POST {PATH}", NOT_SERVED)
    for body, hint in REFUSED:
        if (found := say(json=body, headers=key).status) != 400:
            raise NotYet(f"{body} gets {found}, and should get 400.", hint)
    text = {**key, "Content-Type": "text/plain"}
    if (found := say(json={"stars": 6}, headers=text).status) != 400:
        raise NotYet(
            f"As text/plain, {{'stars': 6}} gets {found}: nobody looked at it.",
            'checked() registers the model under "$default".',
        )
    if (found := say(json={"stars": 5}, headers={}).status) not in (401, 403):
        raise NotYet(f"Without a key, it gets {found}.", "The method has **access, too.")
    return f"{len(REFUSED)} bad bodies got 400, of any type; what fits gets to the function."


EXERCISES = (
    Exercise(
        "12.1",
        "Write feedback(rest_api, access, invocation): POST /feedback, with a key, whose bodies have "
        "stars, a whole number from 1 to 5; all others get 400, of every content type.",
        feedback,
        "prompt_check, above, does all of that for /model: only the path is new.",
        """def feedback(rest_api, access, invocation):
    path = aws.apigateway.Resource(
        "feedbackPath", rest_api=rest_api.id,
        parent_id=rest_api.root_resource_id, path_part="feedback")
    validator = limits.body_validator("feedbackValidator", rest_api)
    stars = {"type": "integer", "minimum": 1, "maximum": 5}
    shape = limits.body_model(
        "feedbackModel", rest_api, "Feedback",
        {"type": "object", "properties": {"stars": stars},
         "required": ["stars"]})
    rules = limits.checked(validator, shape)
    method = limits.path_method(
        "feedbackMethod", rest_api, path, "POST", {**access, **rules})
    proxy = limits.proxy_integration(
        "feedbackIntegration", rest_api, method, invocation)
    return [path, validator, shape, method, proxy]""",
        "how you wrote it, and what else a body may have: POST /feedback is called where it is deployed",
        calls=True,
    ),
)
