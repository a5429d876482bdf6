"""Arguments that the sandbox cannot carry out are refused before any call."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.provider.check import lacking
from sandbox.provider.core import facts, registry
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.kinds import Kind
from sandbox.provider.core.wire import UNKNOWN, Secret

LACKED = [(token, path) for token, kind in sorted(registry.load().items()) for path in kind.lacks]
LISTENER = "aws:lb/listener:Listener"


def field(token: str, path: str) -> Field | None:
    type = facts.of(token)
    assert type
    first, *rest = path.split(".")
    found = type.inputs.get(first)
    for name in rest:
        inner = found.element if found and found.element else found
        found = inner.fields.get(name) if inner else None
    return found


def nested(token: str, path: str, value: Any) -> dict[str, Any]:
    """Arguments in which one is set, in the first item of each list on the way."""
    *above, last = path.split(".")
    inputs: dict[str, Any] = {last: value}
    for end in range(len(above), 0, -1):
        outer = field(token, ".".join(above[:end]))
        listed = outer is not None and outer.type in ("list", "set")
        inputs = {above[end - 1]: [inputs] if listed else inputs}
    return inputs


def refused(token: str, inputs: dict[str, Any]) -> list[str]:
    kind, type = registry.kind(token), facts.of(token)
    assert kind and type
    return lacking.refusals(kind, type, "r", inputs)


def test_there_are_some() -> None:
    assert len(LACKED) > 50


@pytest.mark.quirk("arguments")
@pytest.mark.parametrize(("token", "path"), LACKED)
def test_each_is_an_argument_and_is_refused_with_the_way_out(token: str, path: str) -> None:
    assert field(token, path), "no such argument"
    (told,) = refused(token, nested(token, path, {"some": "thing"}))
    assert told.startswith(path.split(".")[0]) and f" of {token} is an argument that" in told
    assert "use the target aws" in told


def test_unknown_and_secret_ones_are_refused_too() -> None:
    assert len(refused(LISTENER, {"mutualAuthentication": UNKNOWN})) == 1
    assert len(refused(LISTENER, {"mutualAuthentication": Secret({"mode": "verify"})})) == 1


@pytest.mark.parametrize("empty", [None, "", 0, False, [], {}])
def test_nothing_is_no_wish(empty: Any) -> None:
    assert refused(LISTENER, {"mutualAuthentication": empty}) == []


def test_a_default_is_no_wish() -> None:
    group = registry.kind("aws:autoscaling/group:Group")
    type = facts.of("aws:autoscaling/group:Group")
    assert group and type
    lacking_one = replace(group, lacks=("metricsGranularity",))
    for value, times in (("1Minute", 0), ("5Minute", 1)):
        told = lacking.refusals(lacking_one, type, "r", {"metricsGranularity": value})
        assert len(told) == times


def test_the_place_in_a_list_is_told() -> None:
    token = {"type": "jwt-validation", "jwtValidation": {"issuer": "https://id.example.com"}}
    actions = [{"type": "fixed-response"}, token]
    (told,) = refused(LISTENER, {"defaultActions": actions})
    assert "Examine values at 'r.defaultActions[1].jwtValidation'." in told


def test_arguments_that_the_sandbox_lacks_are_told_where_they_are() -> None:
    fields = {"a": Field("any"), "b": Field("any"), "d": Field("integer", default=3)}
    kind = Kind("t", *[lambda *_: None] * 3, lacks=("a", "b.x.y", "d", "none"))
    text = ("{} of t is an argument that the sandbox cannot carry out; leave it out here, or use the "
            "target aws. Examine values at 'R.{}'.")  # fmt: skip

    def told(**inputs: Any) -> list[str]:
        return lacking.refusals(kind, Type("t", "aws_x", fields), "R", inputs)

    assert told(a=1) == [text.format("a", "a")] == told(a=Secret(1)) == told(a=UNKNOWN)
    assert told(b={"x": [{"y": 1}, {"y": 0}, {"z": 1}, {"y": "2"}]}) == [
        text.format("b.x[0].y", "b.x[0].y"), text.format("b.x[3].y", "b.x[3].y")
    ]  # fmt: skip
    assert told(d=3) == [] and told(d=4) == [text.format("d", "d")]
    for nothing in (None, False, "", 0, {}, []):
        assert told(a=nothing) == []
    assert told(b="x") == []
