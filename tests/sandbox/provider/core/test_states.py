"""From what calls return to what the engine keeps."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core import facts, states
from sandbox.provider.core.facts import Type
from sandbox.provider.core.kinds import Kind
from sandbox.provider.core.wire import UNKNOWN, Secret

Values = dict[str, Any]


def of(token: str) -> Type:
    found = facts.of(token)
    assert found is not None
    return found


ROLE, FUNCTION, KEY = (
    of(f"aws:{t}")
    for t in ("iam/role:Role", "lambda/function:Function", "apigateway/apiKey:ApiKey")
)
NOTHING: Any = None


def outputs(type: Type, inputs: Values, returned: Values) -> Values:
    return states.outputs(type, inputs, returned, inputs.get("tags"), inputs)


def test_calls_see_all_tags_and_no_notes_of_ours() -> None:
    values = {
        "__defaults": ["name"],
        "name": "x",
        "tags": {"a": "1"},
        "tagsAll": {"a": "1", "b": "2"},
    }
    assert states.for_calls(ROLE, values) == {"name": "x", "tags": {"a": "1", "b": "2"}}
    assert states.for_calls(ROLE, {"tagsAll": {}}) == {}


def test_what_a_call_leaves_out_keeps_its_argument_and_none_removes() -> None:
    found = outputs(
        ROLE, {"__defaults": [], "path": "/", "description": "x"}, {"arn": "a", "description": None}
    )
    assert found == {"path": "/", "arn": "a"}


def test_tags_are_told_apart_again() -> None:
    inputs = {"tags": {"own": "1"}, "tagsAll": {"own": "1", "team": "a"}}
    found = outputs(ROLE, inputs, {"tags": {"own": "1", "team": "a"}})
    assert (found["tags"], found["tagsAll"]) == ({"own": "1"}, {"own": "1", "team": "a"})
    drifted = outputs(ROLE, inputs, {"tags": {"own": "1", "team": "a", "stranger": "2"}})
    assert drifted["tags"] == {"own": "1", "stranger": "2"}
    assert "tags" not in outputs(ROLE, {"tagsAll": {"team": "a"}}, {"tags": {"team": "a"}})


def test_an_output_of_a_secret_argument_is_secret() -> None:
    inputs = {"description": Secret("x"), "tags": {"a": Secret("1")}, "tagsAll": {"a": Secret("1")}}
    found = outputs(ROLE, inputs, {"description": "x", "tags": {"a": "1"}, "arn": "a"})
    assert found["description"] == Secret("x") and found["arn"] == "a"
    assert found["tags"] == {"a": Secret("1")} and found["tagsAll"] == {"a": Secret("1")}


def test_sensitive_outputs_are_secret_always() -> None:
    assert outputs(KEY, {}, {"value": "v"})["value"] == Secret("v")


def test_a_preview_leaves_to_aws_what_aws_decides() -> None:
    kind = Kind("t", NOTHING, NOTHING, NOTHING)
    found = states.previewed(
        FUNCTION, kind, {"name": "f", "architectures": ["arm64"], "__defaults": []}
    )
    assert found["arn"] is UNKNOWN and found["loggingConfig"] is UNKNOWN
    assert (
        found["architectures"] == ["arm64"] and found["name"] == "f" and "__defaults" not in found
    )


def test_a_refresh_keeps_the_programs_words_where_nothing_drifted() -> None:
    old = {
        "__defaults": ["path"],
        "path": "/",
        "assumeRolePolicy": '{"a": 1}',
        "description": Secret("x"),
    }
    before = {
        "path": "/",
        "assumeRolePolicy": '{"a":1}',
        "description": Secret("x"),
        "maxSessionDuration": 3600,
    }
    now = {**before, "description": Secret("y")}
    found = states.read_inputs(ROLE, old, before, now)
    assert found["assumeRolePolicy"] == '{"a": 1}' and found["description"] == Secret("y")
    assert found["__defaults"] == ["path"] and "maxSessionDuration" not in found


def test_a_refresh_sees_what_somebody_added_and_took_away() -> None:
    found = states.read_inputs(
        ROLE, {"description": "x"}, {"description": "x"}, {"permissionsBoundary": "arn"}
    )
    assert found["permissionsBoundary"] == "arn" and "description" not in found


def test_drift_in_a_block_is_told_in_the_members_that_the_program_gave() -> None:
    given = {"loggingConfig": {"logFormat": "Text"}}
    before = {"loggingConfig": {"logFormat": "Text", "logGroup": "g"}}
    now = {"loggingConfig": {"logFormat": "JSON", "logGroup": "g", "systemLogLevel": "INFO"}}
    assert states.read_inputs(FUNCTION, given, before, now)["loggingConfig"] == {
        "logFormat": "JSON"
    }


def test_an_import_gives_arguments_without_the_other_way_to_name() -> None:
    now = {
        "name": "x",
        "namePrefix": "x-",
        "path": "/",
        "arn": "a",
        "description": "",
        "tagsAll": {},
    }
    found = states.imported_inputs(ROLE, now)
    assert found["name"] == "x" and "namePrefix" not in found and "arn" not in found
    assert "description" not in found and found["forceDetachPolicies"] is False


def test_an_update_starts_from_what_aws_computed() -> None:
    olds = {"arn": "a", "description": "gone", "architectures": ["arm64"], "memorySize": 128}
    assert states.updated(FUNCTION, olds, {"memorySize": 256, "__defaults": []}) == {
        "arn": "a",
        "architectures": ["arm64"],
        "memorySize": 256,
    }
