"""getPolicyDocument: a policy's JSON text from statements, as the official provider renders it.

To the byte, since a program may compare it: order, single items and Sids are that provider's own,
which no library for policies follows.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.kinds import Outputs
from sandbox.provider.core.policy import go_json

Document = dict[str, Any]
# The order of Go's struct fields.
ORDER = (
    *("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"),
    *("Principal", "NotPrincipal", "Condition"),
)


def get_policy_document(ctx: Context, arguments: Outputs) -> Outputs:
    """Merge source documents, the statements, and override documents, in this order."""
    merged: Document = {}
    if arguments.get("sourceJson"):
        _merge(merged, _parse(arguments["sourceJson"]))
    _merge_sources(merged, arguments.get("sourcePolicyDocuments") or ())
    _merge(merged, _own(arguments))
    for text in arguments.get("overridePolicyDocuments") or ():
        _merge(merged, _parse(text))
    if arguments.get("overrideJson"):
        _merge(merged, _parse(arguments["overrideJson"]))
    ordered = {key: merged[key] for key in ("Version", "Id", "Statement") if merged.get(key)}
    text = go_json(ordered, indent=2)
    # The official provider's id: a checksum of the text.
    return {
        **arguments,
        "version": arguments.get("version") or "2012-10-17",
        "id": str(zlib.crc32(text.encode())),
        "json": text,
        "minifiedJson": go_json(ordered),
    }


def _own(arguments: Outputs) -> Document:
    version = arguments.get("version") or "2012-10-17"
    document: Document = {"Version": version, "Statement": []}
    if arguments.get("policyId"):
        document["Id"] = arguments["policyId"]
    seen: set[str] = set()
    for number, given in enumerate(arguments.get("statements") or ()):
        sid = given.get("sid") or ""
        if sid and sid in seen:
            raise CallError(
                f"duplicate Sid ({sid}) in statement {number}. "
                "Remove the Sid or ensure the Sid is unique."
            )
        seen.add(sid)
        document["Statement"].append(_statement(given, version))
    return document


def _statement(given: Outputs, version: str) -> Document:
    statement = {
        "Sid": given.get("sid"),
        "Effect": given.get("effect") or "Allow",
        "Action": _one_or_sorted(given.get("actions")),
        "NotAction": _one_or_sorted(given.get("notActions")),
        "Resource": _one_or_sorted(_variables(given.get("resources"), version)),
        "NotResource": _one_or_sorted(_variables(given.get("notResources"), version)),
        "Principal": _principals(given.get("principals"), version),
        "NotPrincipal": _principals(given.get("notPrincipals"), version),
        "Condition": _conditions(given.get("conditions"), version),
    }
    return {key: statement[key] for key in ORDER if statement[key]}


def _one_or_sorted(values: list[str] | None) -> str | list[str] | None:
    """One value stands alone; several are a set, which the official provider sorts downwards."""
    if not values:
        return None
    unique = sorted(set(values), reverse=True)
    return unique[0] if len(unique) == 1 else unique


def _variables(values: list[str] | None, version: str) -> list[str] | None:
    """`&{aws:username}` stands for IAM's own `${aws:username}`."""
    for value in values or ():
        if "&{" in value and version == "2008-10-17":
            raise CallError(
                f"found &{{ sequence in ({value}), which is not supported in document "
                "version 2008-10-17"
            )
    return [value.replace("&{", "${") for value in values] if values else values


def _principals(given: list[Outputs] | None, version: str) -> Any:
    groups: dict[str, list[str]] = {}
    for entry in given or ():
        group = groups.setdefault(entry["type"], [])
        values = _variables(list(entry["identifiers"]), version) or []
        group.extend(sorted(set(values), reverse=True))
    if groups == {"*": ["*"]}:
        # IAM takes {"AWS": "*"} in a trust policy but neither of these; only this one is folded.
        return "*"
    return {
        kind: values[0] if len(values) == 1 else values for kind, values in sorted(groups.items())
    }


def _conditions(given: list[Outputs] | None, version: str) -> Document:
    tests: dict[str, dict[str, list[str]]] = {}
    for entry in given or ():
        values = _variables(list(entry["values"]), version) or []
        tests.setdefault(entry["test"], {}).setdefault(entry["variable"], []).extend(values)
    return {
        test: {
            variable: values[0] if len(values) == 1 else values
            for variable, values in sorted(variables.items())
        }
        for test, variables in sorted(tests.items())
    }


def _parse(text: str) -> Document:
    """A source or override document, its statements in the order of Go's fields."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise CallError(f"a policy document is not JSON: {error}: {text[:200]}") from error
    if not isinstance(document, dict):
        raise CallError(f"a policy document is not a JSON object: {text[:200]}")
    statements = document.get("Statement") or []
    if isinstance(statements, dict):
        statements = [statements]
    ordered = [{key: each[key] for key in ORDER if each.get(key)} for each in statements]
    return {**document, "Statement": ordered}


def _merge_sources(merged: Document, texts: Any) -> None:
    seen = {each["Sid"] for each in merged.get("Statement", ()) if "Sid" in each}
    for number, text in enumerate(texts):
        document = _parse(text)
        for index, statement in enumerate(document["Statement"]):
            sid = statement.get("Sid")
            if sid and sid in seen:
                raise CallError(
                    f"duplicate Sid ({sid}) in source_policy_documents (item {number}; "
                    f"statement {index}). Remove the Sid or ensure Sids are unique."
                )
            seen.add(sid)
        _merge(merged, document)


def _merge(merged: Document, new: Document) -> None:
    """Add the statements of `new`; one with a Sid that is there already takes its place."""
    if new.get("Id"):
        merged["Id"] = new["Id"]
    merged["Version"] = max(merged.get("Version") or "", new.get("Version") or "")
    statements = merged.setdefault("Statement", [])
    places = {each["Sid"]: index for index, each in enumerate(statements) if "Sid" in each}
    for statement in new.get("Statement", ()):
        place = places.get(statement.get("Sid"))
        if place is None:
            if "Sid" in statement:
                places[statement["Sid"]] = len(statements)
            statements.append(statement)
        else:
            statements[place] = statement
