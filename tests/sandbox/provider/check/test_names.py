"""Names that are made up, kept, followed and refused."""

from __future__ import annotations

import re

from sandbox.provider.check.arguments import Naming, check
from sandbox.provider.core.runs import Settings
from tests.sandbox.provider.check.checking import FUNCTION, ROLE, TRUST, inputs_of, of


def test_a_made_up_name_is_the_resources_name_and_seven_digits() -> None:
    found = inputs_of(ROLE, {"assumeRolePolicy": TRUST})
    assert re.fullmatch(r"r-[0-9a-f]{7}", found["name"])
    assert "name" in found["__defaults"]
    assert inputs_of(ROLE, {"assumeRolePolicy": TRUST}, seed=b"other")["name"] != found["name"]


def test_a_made_up_name_stays_and_a_chosen_one_does_not_come_back() -> None:
    made = {"name": "r-1234567", "__defaults": ["name"]}
    assert inputs_of(ROLE, {"assumeRolePolicy": TRUST}, olds=made)["name"] == "r-1234567"
    chosen = {"name": "chosen", "__defaults": []}
    assert inputs_of(ROLE, {"assumeRolePolicy": TRUST}, olds=chosen)["name"] != "chosen"


def test_the_stacks_own_pattern_for_names_is_followed() -> None:
    inputs = {"assumeRolePolicy": TRUST}
    assert inputs_of(ROLE, inputs, proposed="Fn-5979")["name"] == "Fn-5979"
    too_long = "x" * 65
    proposed = check(of(ROLE), "r", inputs, {}, Settings(), Naming(b"s", too_long))[1]
    assert proposed == [f"calculated name '{too_long}' exceeds maximum length of 64"]
    forced = check(of(ROLE), "r", inputs, {}, Settings(), Naming(b"s", too_long, forced=True))[1]
    assert forced[0].startswith("expected length of name to be in the range (1 - 64)")


def test_a_bucket_has_small_letters_unless_the_pattern_is_enforced() -> None:
    bucket = "aws:s3/bucket:Bucket"
    assert inputs_of(bucket, {}, proposed="dev-modelLayers-1")["bucket"] == "dev-modellayers-1"
    enforced = Naming(b"s", "dev-modelLayers-1", forced=True)
    inputs, _ = check(of(bucket), "r", {}, {}, Settings(), enforced)
    assert inputs["bucket"] == "dev-modelLayers-1"


def test_a_name_is_asked_for_where_made_up_ones_are_forbidden() -> None:
    naming = Naming(seed=b"s", disabled=True)
    assert (
        check(of(FUNCTION), "r", {}, {}, Settings(), naming)[1][0]
        == "Missing required property 'name'"
    )


def test_a_name_that_is_too_long_says_so() -> None:
    found = check(of(ROLE), "x" * 60, {"assumeRolePolicy": TRUST}, {}, Settings(), Naming(b"s"))[1]
    assert "longer than the maximum of 64" in found[0] and "shorten the name" in found[0]


def test_a_prefix_leaves_the_name_to_the_calls() -> None:
    assert "name" not in inputs_of(ROLE, {"assumeRolePolicy": TRUST, "namePrefix": "p-"})


def test_other_arguments_than_name_are_named_too() -> None:
    found = inputs_of(
        "aws:lambda/permission:Permission",
        {
            "action": "lambda:InvokeFunction",
            "function": "f",
            "principal": "apigateway.amazonaws.com",
        },
    )
    assert re.fullmatch(r"r-[0-9a-f]{7}", found["statementId"])


def test_an_interrupted_create_gives_its_name_to_the_next() -> None:
    assert inputs_of(ROLE, {"assumeRolePolicy": TRUST}, earlier="r-abc")["name"] == "r-abc"
