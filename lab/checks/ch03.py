"""Chapter 03: who may call an API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway import api
from lab.checks.shared import policies, steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

INVOKE = "execute-api:Invoke"
INSIDE = ("192.0.2.1", "192.0.2.254")
OUTSIDE = ("192.0.3.1", "198.51.100.9", "192.0.1.255")


def one_range(value: Any, _: Mapping[str, Any]) -> str:
    """A resource policy that lets one range of addresses in."""
    statements = policies.document(value)
    for statement in statements:
        if any(a not in (INVOKE, "execute-api:*") for a in policies.words(statement["Action"])):
            raise NotYet(
                f"The action {statement['Action']!r} is not the one of a call to the API.",
                "It is execute-api:Invoke.",
            )
        if "Principal" not in statement:
            raise NotYet(
                "A statement names no Principal, and a resource policy must.",
                'Callers have no identity here: "Principal": "*".',
            )
        if not policies.words(statement.get("Resource")):
            raise NotYet("A statement names no Resource.", 'Write "Resource": "execute-api:/*".')
    let_in = {address: policies.admits(statements, address) for address in INSIDE + OUTSIDE}
    if all(let_in.values()):
        raise NotYet(
            "Everyone is let in, wherever they call from.",
            'Add a Condition: {"IpAddress": {"aws:SourceIp": "…"}}.',
        )
    if not any(let_in.values()):
        raise NotYet(
            "Nobody is let in. What no statement allows is denied, and a Deny wins always.",
            "Look at which callers each statement applies to.",
        )
    for address, admitted in let_in.items():
        if admitted != (address in INSIDE):
            raise NotYet(
                f"A caller from {address} is {'let in' if admitted else 'refused'}.",
                "The range 192.0.2.0/24 is 192.0.2.0 to 192.0.2.255.",
            )
    return "Callers from 192.0.2.0/24 are let in; 192.0.3.1 and 198.51.100.9 are refused."


def read_only(value: Any, outputs: Mapping[str, Any]) -> str:
    """Statements with which an API that is served is read by everyone, and written by nobody."""
    _check_statements(steps.function(value))
    url = outputs.get("notes_url")
    if not isinstance(url, str) or not url:
        raise NotYet(
            "Nothing is deployed that could be called.",
            "Run up() with your step, then check again.",
        )
    read, wrote = (calls.send(verb, f"{url}/notes") for verb in ("GET", "POST"))
    if read.status == 403:
        raise NotYet(
            f"GET /notes gets 403: {read.said[:200]}",
            "It says which ARN was asked for. A policy takes effect with the next up().",
        )
    if read.status != 200:
        raise NotYet(
            f"GET /notes gets {read.status}: {read.said[:200]}",
            "The API itself is the page's: leave it as it is, and up() again.",
        )
    if wrote.status == 200:
        raise NotYet(
            "POST /notes gets 200: whoever calls may write, too.",
            "Name the method in the ARN: a star in its place is every method.",
        )
    if wrote.status != 403:
        raise NotYet(
            f"POST /notes gets {wrote.status}: {wrote.said[:200]}", "403 is a policy's no."
        )
    return f"GET /notes gets 200, and POST 403: {wrote.said[:200]}"


def _check_statements(write: Callable[..., Any]) -> None:
    """Whether it gives statements from which a policy can be made."""
    given = []

    def step() -> None:
        given.append(write(api.rest_api({})))

    steps.declared(step)
    rules = given[0]
    if not isinstance(rules, list) or not all(isinstance(one, Mapping) for one in rules):
        raise NotYet(
            f"It gives back a {type(rules).__name__}.",
            'A list of statements, each a dict: [{"Effect": "Allow", ...}].',
        )
    if "Calling __str__" in str([one.get("Resource") for one in rules]):
        raise NotYet(
            "A text is made from an output, and the output has no value yet.",
            "Join the two with pulumi.Output.concat.",
        )
    if any("Principal" not in one for one in rules):
        raise NotYet(
            "A statement names no Principal, and a resource policy must.",
            'Callers have no identity here: "Principal": "*".',
        )


EXERCISES = (
    Exercise(
        "3.1",
        "Write a resource policy that lets only callers from 192.0.2.0/24 invoke the API.",
        one_range,
        "An Allow with a Condition; what it does not allow is refused by itself.",
        """policy = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "execute-api:Invoke",
            "Resource": "execute-api:/*",
            "Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        }
    ],
}""",
        "callers with IPv6 addresses, and callers inside a VPC",
    ),
    Exercise(
        "3.2",
        "Write read_only(notes): the statements of a policy with which whoever calls may GET /notes of "
        "the stage v1 of this API, and nobody may POST there.",
        read_only,
        "Output.concat joins the API's execution_arn with /v1/GET/notes: stage, method, path.",
        """def read_only(notes):
    return [{
        "Effect": "Allow", "Principal": "*",
        "Action": "execute-api:Invoke",
        "Resource": pulumi.Output.concat(
            notes.execution_arn, "/v1/GET/notes"),
    }]""",
        "other methods and stages: this API has none",
        calls=True,
    ),
)
