"""The condensed facts are those of the measurements, and say what the provider needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.provider.core import facts, registry
from tests.sandbox.provider import measured
from tools.facts import __main__ as tool

needs_measurements = pytest.mark.skipif(
    not measured.SHARED.exists(), reason="the whole measurements are not here"
)


@needs_measurements
def test_facts_are_current() -> None:
    assert facts.FILE.read_text() == tool.condensed(measured.SHARED)


@needs_measurements
def test_the_tables_of_the_tests_are_current() -> None:
    assert measured.load() == measured.copied(measured.SHARED)


@needs_measurements
def test_no_type_was_lost() -> None:
    types = measured.json.loads((measured.SHARED / "schema.json").read_text())["resources"]
    added = measured.json.loads(facts.ADDED.read_text())
    assert len(facts.tokens()) == len(types) + len(added) > 50


@pytest.mark.parametrize("type", measured.TYPES)
def test_every_argument_of_a_type_is_known_by_its_wire_name(type: str) -> None:
    table = measured.load()[type]
    fact = facts.of(table["token"])
    assert fact is not None
    assert {entry["pulumi"] for entry in table["names"].values()} <= set(fact.inputs)
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in fact.inputs)


@pytest.mark.parametrize("type", measured.TYPES)
def test_every_computed_attribute_is_an_output(type: str) -> None:
    table = measured.load()[type]
    fact = facts.of(table["token"])
    assert fact is not None
    for name, attribute in table["schema"]["attributes"].items():
        if (
            attribute.get("computed")
            and name != "id"
            and not attribute.get("optional")
            and type != "aws_api_gateway_deployment"
        ):
            wire = re.sub(r"_([a-z0-9])", lambda found: found.group(1).upper(), name)
            assert wire in fact.outputs or fact.inputs[wire].computed


def test_every_type_of_the_chapters_has_calls() -> None:
    have = registry.load()
    assert {table["token"] for table in measured.load().values()} <= set(have)


def test_what_the_facts_update_in_place_the_calls_can_update() -> None:
    for token, kind in registry.load().items():
        type = facts.of(token)
        assert type
        lacked = {path for path in kind.lacks if "." not in path}
        in_place = {n for n, f in type.inputs.items() if f.change == "update"} - lacked
        assert bool(in_place) == (kind.update is not None), (token, sorted(in_place))


def test_every_type_with_calls_has_facts() -> None:
    assert [token for token in registry.load() if facts.of(token) is None] == []


def test_sensitive_values_are_known() -> None:
    key = facts.of("aws:apigateway/apiKey:ApiKey")
    assert key is not None and "value" in key.sensitive


def test_the_provider_never_reads_the_measurements() -> None:
    for file in Path(facts.__file__).parents[1].rglob("*.py"):
        assert "aws-provider-facts" not in file.read_text()
