"""Chapter 07: what a deployment freezes, and a second stage that points at it."""

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


NEXT = "next"


def preview(value: Any, outputs: Mapping[str, Any]) -> str:
    """A second stage, which serves what the first one serves."""
    steps.function(value)
    reply = calls.call(outputs, "GET", "/model", stage=NEXT)
    if calls.no_path(reply):
        raise NotYet(
            f"GET /{NEXT}/model gets 403: what that stage serves has no such path.",
            "Let it point at the deployment that you are given: deployment=deployment.id.",
        )
    if reply.status == 403:
        raise NotYet(
            f"GET /{NEXT}/model gets 403: there is no such stage.",
            f'Its stage_name is "{NEXT}". Then up().',
        )
    # With a key asked for, 401 is the answer of the deployed method.
    if reply.who != "function" and reply.status != 401:
        raise NotYet(
            f"GET /{NEXT}/model gets {reply.status} from {reply.who}: {reply.said[:200]}",
            "It should be what the stage v1 answers.",
        )
    return f"{reply.status}, from the same deployment: two names, and one edition behind both."


EXERCISES = (
    Exercise(
        "7.1",
        "Which of these edits make a new deployment? Say True or False for each.",
        redeploys,
        "A deployment is a copy of the API as it is: what is in that copy?",
        "redeploys = {\n" + "".join(f"    {n!r}: {t},\n" for n, t in REDEPLOYS.items()) + "}",
        "arguments that the list does not name; the digest in gateway/deployment.py has them all",
    ),
    Exercise(
        "7.2",
        "Write preview(rest_api, deployment): a second stage with the name next, which serves the "
        "same deployment.",
        preview,
        "aws.apigateway.Stage takes rest_api, deployment and stage_name.",
        """def preview(rest_api, deployment):
    return aws.apigateway.Stage(
        "nextStage", rest_api=rest_api.id,
        deployment=deployment.id, stage_name="next")""",
        "whether both stages stay at one deployment: each is moved by itself",
        calls=True,
    ),
)
