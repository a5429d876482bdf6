"""Chapter 23: what a target's reason points at, and an announcement while instances are away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import homes, steps
from lab.exercise.state import Exercise, NotYet

# A target's reason, and where to look first.
REASONS = {
    "Target.Timeout": "security group",
    "Target.FailedHealthChecks": "port",
    "Target.ResponseCodeMismatch": "path",
}


def suspect(value: Any, _: Mapping[str, Any]) -> str:
    """What to look at for a target's reason."""
    read = steps.function(value)
    for reason, truth in REASONS.items():
        tip = "A dictionary with three entries, or three ifs."
        got = steps.called(read, reason, what=repr(reason), hint=tip)
        if got != truth:
            raise NotYet(
                f"With {reason!r}, it says {got!r}.",
                "A closed door drops, and whoever knocks waits; a port where nobody listens "
                "refuses at once; a wrong path is answered, with another code than 200.",
            )
    return "A silence, a refusal and a wrong answer: each has another culprit."


def closed(value: Any, outputs: Mapping[str, Any]) -> str:
    """Who asks is told in JSON that it is closed; who only looks gets through."""
    steps.function(value)
    reply = homes.ask(outputs, "/instances/model")
    if homes.server(reply):
        raise NotYet(
            f"POST /instances/model gets {reply.status} from an instance: no rule was for it.",
            'Its condition: {"http_request_method": {"values": ["POST"]}}. ' + homes.RULE_HINT,
        )
    if reply.status != 503:
        raise NotYet(
            f"POST /instances/model gets {reply.status}: {reply.body[:200]!r}",
            'Its action has "fixed_response" with the "status_code": "503".',
        )
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    if not isinstance(error, dict) or error.get("code") != "closed":
        raise NotYet(
            f"503, but clients find no error with the code closed in it: {reply.body[:200]!r}",
            'The message_body is JSON: {"error": {"message": …, "code": "closed"}}.',
        )
    homes.others_as_before(outputs, "Only what asks the model is closed: one method, POST.")
    return "503 closed, as JSON: clients raise it with your words, and nobody reads HTML."


EXERCISES = (
    Exercise(
        "23.1",
        'Write suspect(reason): what to look at for a target\'s reason: "security group", "port" '
        'or "path".',
        suspect,
        "Who waits in vain was dropped; who is refused has found the machine, and nobody there.",
        """def suspect(reason):
    return {
        "Target.Timeout": "security group",
        "Target.FailedHealthChecks": "port",
        "Target.ResponseCodeMismatch": "path",
    }[reason]""",
        "a server that is too busy: it times out as well",
    ),
    Exercise(
        "23.2",
        "Write closed(listener): a rule by which the balancer answers each POST with 503 and the JSON of "
        "an error with the code closed. A GET still gets to an instance.",
        closed,
        'One aws.lb.ListenerRule, with a condition on the method; json.dumps makes the "message_body".',
        """def closed(listener):
    error = {"message": "Back at nine.", "code": "closed"}
    return aws.lb.ListenerRule(
        "closed", listener_arn=listener.arn, priority=2,
        conditions=[{"http_request_method": {"values": ["POST"]}}],
        actions=[{"type": "fixed-response", "fixed_response": {
            "content_type": "application/json", "status_code": "503",
            "message_body": json.dumps({"error": error})}}])""",
        "when to come back: a fixed response has no Retry-After",
        calls=True,
    ),
)
