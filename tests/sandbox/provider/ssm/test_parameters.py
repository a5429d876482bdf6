"""Parameters of Systems Manager against a real emulator."""

from __future__ import annotations

from typing import Any

from sandbox.provider.core.context import Context
from tests.sandbox.provider.lifecycle import (
    Lives,
    assert_complete,
    assert_deleted,
    assert_imports,
    assert_refused,
    assert_updates,
)

PARAMETER = "aws:ssm/parameter:Parameter"
KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"


def test_a_small_parameter_has_all_outputs_and_can_be_deleted_twice(life: Lives) -> None:
    parameter = life(PARAMETER, name=life.name("/course/model"), type="String", value="small")
    assert_complete(parameter)
    assert parameter.outputs["arn"].endswith(f":parameter{parameter.id}")
    assert parameter.outputs["version"] == 1 and parameter.outputs["tier"] == "Standard"
    assert_imports(parameter, parameter.id)
    assert_deleted(parameter)


def test_a_parameter_keeps_and_takes_every_argument(life: Lives, ctx: Context) -> None:
    parameter = life(
        PARAMETER,
        name=life.name("/course/model"),
        allowedPattern="^[a-z]+$",
        dataType="text",
        description="which model",
        keyId=KEY,
        overwrite=True,
        tags={"team": "llm"},
        tier="Advanced",
        type="SecureString",
        value="small",
    )
    assert_complete(parameter)
    assert_imports(parameter, parameter.id, unknown=("overwrite",))
    changes: list[dict[str, Any]] = [
        {"value": "large"},
        {"allowedPattern": None},
        {"description": None},
        {"keyId": "alias/aws/ssm"},
        {"type": "StringList", "keyId": None, "value": "a,b"},
        {"tags": {"team": "x", "new": "1"}},
        {"tags": None},
        {"tier": "Standard"},
    ]
    assert_updates(parameter, changes)
    assert parameter.outputs["version"] == 7
    assert ctx.client("ssm").get_parameter(Name=parameter.id)["Parameter"]["Value"] == "a,b"
    assert_deleted(parameter)


def test_a_value_may_be_shown_or_for_writing_only(life: Lives, ctx: Context) -> None:
    shown = life(PARAMETER, name=life.name("p"), type="String", insecureValue="plain")
    assert_complete(shown)
    assert_updates(shown, [{"insecureValue": "other"}])
    hidden = life(PARAMETER, name=life.name("p"), type="String", valueWo="x", valueWoVersion=1)
    assert hidden.outputs["hasValueWo"] is True and "valueWo" not in hidden.outputs
    hidden.update(valueWo="y", valueWoVersion=2)
    assert ctx.client("ssm").get_parameter(Name=hidden.id)["Parameter"]["Value"] == "y"
    assert hidden.outputs["value"] == "" and hidden.read() == hidden.outputs


def test_a_taken_name_of_a_parameter_is_refused_in_the_official_words(life: Lives) -> None:
    parameter = life(PARAMETER, name=life.name("p"), type="String", value="a")
    doing = f"creating SSM Parameter ({parameter.id}): operation error SSM: PutParameter"
    assert_refused(
        parameter.ctx, PARAMETER, parameter.inputs, doing, 400, "ParameterAlreadyExists: "
    )
