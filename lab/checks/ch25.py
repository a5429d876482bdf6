"""Chapter 25: whether to ask the next backend, and a rehearsal of an outage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import homes, steps
from lab.exercise.state import Exercise, NotYet

# What a backend did: its status (0: no connection), whether a token was seen; whether to go on.
CASES = (
    (200, True, False, "an answer"),
    (503, False, True, "a 503 before a token"),
    (429, False, True, "a 429: too much for this one"),
    (0, False, True, "no connection"),
    (400, False, False, "a 400: the request is wrong, and the next would say so, too"),
    (404, False, False, "a 404: there is no such model"),
    (503, True, False, "a failure after the first token: the caller has read it"),
    (0, True, False, "a connection that breaks after the first token"),
    (408, False, True, "a 408: it waited too long for us"),
)


def ask_next(value: Any, _: Mapping[str, Any]) -> str:
    """Whether the next backend is asked."""
    decide = steps.function(value)
    for status, seen, truth, what in CASES:
        tip = "Two numbers to compare with, and one flag."
        got = steps.called(decide, status, seen, what=what, hint=tip)
        if bool(got) != truth:
            told = "asks the next" if got else "gives up"
            raise NotYet(
                f"With {what}, it {told}.",
                "Never after a token. Else: no connection, 408, 429 and everything from 500 on.",
            )
    return "It goes on where another can help, and never once a token was seen."


def drill(value: Any, outputs: Mapping[str, Any]) -> str:
    """The function is refused by the balancer, and stands in; whoever else asks it notices nothing."""
    steps.function(value)
    direct = homes.ask(outputs, "/instances/model")
    if direct.status != 200 or not homes.server(direct):
        raise NotYet(
            f"POST /instances/model gets {direct.status}: callers of the instances are refused, too.",
            'Condition: {"http_header": {"http_header_name": "x-gateway-asked-by", "values": '
            '["function"]}}.',
        )
    reply = homes.ask(outputs, "/model")
    if reply.status != 200:
        raise NotYet(
            f"POST /model gets {reply.status}: {reply.body[:200]!r}",
            "The function asks the next one at a 503; at a 400 it does not.",
        )
    if homes.server(reply) != "function":
        raise NotYet(
            f"POST /model is answered by {homes.server(reply) or 'nobody who says so'}: there is no outage.",
            "The function says x-gateway-asked-by: function. " + homes.RULE_HINT,
        )
    return "An outage that nobody saw: the function was refused, and answered by itself."


EXERCISES = (
    Exercise(
        "25.1",
        "Write ask_next(status, token_seen): whether the next backend is asked. The status is 0 "
        "where there was no connection.",
        ask_next,
        "First the token; then what another backend could do better.",
        """def ask_next(status, token_seen):
    if token_seen:
        return False
    return status in (0, 408, 429) or status >= 500""",
        "a backend that answers 200 and says nothing: it has to be given up by the clock",
    ),
    Exercise(
        "25.2",
        "Write drill(listener): a rule that answers 503 to what the function asks, and to nobody else.",
        drill,
        "One aws.lb.ListenerRule; the function names itself in the header x-gateway-asked-by.",
        """def drill(listener):
    header = {"http_header_name": "x-gateway-asked-by", "values": ["function"]}
    return aws.lb.ListenerRule(
        "drill", listener_arn=listener.arn, priority=3,
        conditions=[{"http_header": header}],
        actions=[{"type": "fixed-response", "fixed_response": {
            "content_type": "text/plain", "status_code": "503",
            "message_body": "A drill."}}])""",
        "a backend that hangs: a rehearsal of that takes one which does not answer",
        calls=True,
    ),
)
