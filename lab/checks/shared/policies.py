"""What graders of policy documents share: reading one, and who it lets do what."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from lab.exercise.state import NotYet

VERSION = "2012-10-17"
INVOKE = "execute-api:Invoke"


def document(value: Any) -> list[dict[str, Any]]:
    """The statements of a policy given as a dict or as JSON text.

    Raises:
        NotYet: it is no policy document, and the sentence says why.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise NotYet(f"This text is no JSON: {error}.", "Give a dict.") from None
    if not isinstance(value, Mapping):
        raise NotYet(
            f"A policy is a dict, and this is a {type(value).__name__}.",
            'Begin with {"Version": "2012-10-17", "Statement": [{…}]}.',
        )
    if value.get("Version") != VERSION:
        raise NotYet(
            f"The policy's Version is {value.get('Version')!r}.",
            f'Write "Version": "{VERSION}": it is the language\'s version, not your date.',
        )
    found = value.get("Statement")
    statements = [found] if isinstance(found, Mapping) else found
    if not isinstance(statements, list) or not statements:
        raise NotYet("The policy has no Statement.", "Statement is a list with one dict a rule.")
    for statement in statements:
        _check(statement)
    return [dict(statement) for statement in statements]


def words(value: Any) -> list[str]:
    """A string or a list of them, as a list."""
    found = [value] if isinstance(value, str) else value
    return [str(word) for word in found] if isinstance(found, (list, tuple)) else []


def admits(statements: list[dict[str, Any]], address: str) -> bool:
    """Whether a caller from this address is let in: some Allow applies and no Deny does.

    Raises:
        NotYet: a condition is one that this grader cannot evaluate.
    """
    effects = {s["Effect"] for s in statements if _applies(s.get("Condition") or {}, address)}
    return "Allow" in effects and "Deny" not in effects


def _applies(conditions: Any, address: str) -> bool:
    if not isinstance(conditions, Mapping):
        raise NotYet("Condition is no dict.", 'Write {"IpAddress": {"aws:SourceIp": "…"}}.')
    return all(
        _holds(operator, key, words(values), address)
        for operator, pairs in conditions.items()
        for key, values in (pairs.items() if isinstance(pairs, Mapping) else [("", pairs)])
    )


def _holds(operator: str, key: str, values: list[str], address: str) -> bool:
    if operator not in ("IpAddress", "NotIpAddress"):
        raise NotYet(
            f"The operator {operator!r} does not compare addresses with ranges.",
            "IpAddress and NotIpAddress do.",
        )
    if key.lower() != "aws:sourceip":
        raise NotYet(
            f"{key!r} is not the condition key that holds the caller's address.",
            "The key is aws:SourceIp.",
        )
    try:
        networks = [ipaddress.ip_network(value) for value in values]
    except ValueError as error:
        raise NotYet(f"This is no range of addresses: {error}.", "Write 192.0.2.0/24.") from None
    inside = any(ipaddress.ip_address(address) in network for network in networks)
    return inside if operator == "IpAddress" else not inside


def _check(statement: Any) -> None:
    if not isinstance(statement, Mapping):
        raise NotYet("A statement is a dict.", 'Write {"Effect": "Allow", …}.')
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise NotYet(
            f"The Effect of a statement is {statement.get('Effect')!r}.",
            'It is "Allow" or "Deny", with a capital.',
        )
    if not words(statement.get("Action")):
        raise NotYet("A statement has no Action.", "Action names the calls that it is about.")


def check_invoke(actions: list[str]) -> None:
    """Raise NotYet unless each action is to call an API."""
    for action in actions:
        if action.lower() != INVOKE.lower():
            raise NotYet(f"The action is {action!r}.", f"Calling an API is {INVOKE}, no more.")
