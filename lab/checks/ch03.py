"""Chapter 03: who may call the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lab.checks.shared import policies
from lab.exercise.state import Exercise, NotYet

INVOKE = "execute-api:Invoke"
INSIDE = ("192.0.2.1", "192.0.2.254")
OUTSIDE = ("192.0.3.1", "198.51.100.9", "192.0.1.255")
ARN = re.compile(r"arn:aws[\w-]*:execute-api:[a-z0-9-]+:\d{12}:(?P<api>\w+)(?P<rest>/.*)?")
WANTED = "/v1/POST/model"


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


def one_method(value: Any, outputs: Mapping[str, Any]) -> str:
    """The ARN of one method of one path of one stage."""
    if not isinstance(value, str):
        raise NotYet(f"An ARN is a text, and this is a {type(value).__name__}.", 'arn = "arn:…"')
    found = ARN.fullmatch(value)
    if not found:
        raise NotYet(
            f"{value!r} does not begin with the execution ARN of an API.",
            "Begin with arn:aws:execute-api:REGION:ACCOUNT:API_ID, and add to it.",
        )
    api = outputs.get("rest_api_id")
    if isinstance(api, str) and found["api"] not in (api, "API_ID"):
        raise NotYet(
            f"The API's id in the ARN is {found['api']}; the stack's API is {api}.",
            'Take it from outputs()["rest_api_id"].',
        )
    rest = found["rest"] or ""
    if "*" in rest or not rest:
        raise NotYet(
            f"{rest or 'Nothing'} behind the API's id means more than one method.",
            "Name stage, method and path, each without a star.",
        )
    if rest != WANTED:
        raise NotYet(
            f"Behind the API's id stands {rest}.",
            "The order is /STAGE/METHOD/path, the method in capitals.",
        )
    return "One method of one path of one stage: the finest that a resource policy can say."


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
        "Which resource ARN means: only POST on /model of the stage v1 of this API?",
        one_method,
        "Behind the execution ARN come the stage, the method and the path, with slashes.",
        'arn = "arn:aws:execute-api:us-east-1:000000000000:" + outputs()["rest_api_id"] '
        '+ "/v1/POST/model"',
        "the region and the account in the ARN",
    ),
)
