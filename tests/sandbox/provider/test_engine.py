"""The core under Pulumi's real engine, over a cloud of files."""

from __future__ import annotations

import json
import re
import threading
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi import automation as auto

from tests.sandbox.provider.bench import (
    Bench,
    Program,
    destroy,
    groups,
    refresh,
    summary,
    up,
    wait_for,
)

# pulumi_aws.lambda_ warns of a class of its own when it is imported.
pytestmark = pytest.mark.filterwarnings("ignore:aws.lambda/microvmsimage:DeprecationWarning")


def test_a_life_of_a_resource(bench: Bench) -> None:
    stack = bench.stack(groups(a={"retention_in_days": 7}))
    assert stack.preview().change_summary == {"create": 2}
    assert bench.calls("create") == []

    result = up(stack)
    name = result.outputs["a_name"].value
    assert re.fullmatch(r"a-[0-9a-f]{7}", name)
    assert result.outputs["a_arn"].value == f"arn of {name}"
    assert summary(up(stack)) == {"same": 2}

    stack.workspace.program = groups(a={"retention_in_days": 30})
    assert summary(up(stack)) == {"same": 1, "update": 1}
    assert bench.calls("update") == [name]

    stack.workspace.program = groups(
        a={"retention_in_days": 30, "log_group_class": "INFREQUENT_ACCESS"}
    )
    result = up(stack)
    assert summary(result) == {"same": 1, "replace": 1}
    assert bench.calls("delete") == [name] and result.outputs["a_name"].value != name

    destroy(stack)
    assert bench.things() == []
    assert list((bench.folder / "kit" / "journal").glob("*.json")) == []


def test_a_chosen_name_is_deleted_before_it_is_made_again(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine"}))
    up(stack)
    stack.workspace.program = groups(a={"name": "mine", "log_group_class": "INFREQUENT_ACCESS"})
    up(stack)
    assert (bench.calls("create"), bench.calls("delete")) == (["mine", "mine"], ["mine"])


def test_what_a_failed_replacement_left_out_is_made_again_and_stays(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine"}))
    up(stack)
    other = {"name": "mine", "log_group_class": "INFREQUENT_ACCESS", "kms_key_id": "fail"}
    stack.workspace.program = groups(a=other)
    with pytest.raises(auto.CommandError):
        up(stack)
    assert bench.things() == []
    stack.workspace.program = groups(a={"name": "mine"})
    up(stack)
    assert bench.calls("delete") == ["mine"] and len(bench.things()) == 1
    assert summary(up(stack)) == {"same": 2}


def test_a_refresh_sees_drift_and_the_next_up_puts_it_right(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine", "retention_in_days": 7, "tags": {"x": "1"}}))
    up(stack)
    (file,) = bench.things()
    file.write_text(
        json.dumps(
            {**json.loads(file.read_text()), "retentionInDays": 1, "tags": {"x": "1", "y": "2"}}
        )
    )
    assert summary(refresh(stack)) == {"same": 1, "update": 1}
    assert summary(up(stack)) == {"same": 1, "update": 1}
    now = json.loads(file.read_text())
    assert (now["retentionInDays"], now["tags"]) == (7, {"x": "1"})
    assert summary(refresh(stack)) == {"same": 2}


def test_what_somebody_deleted_comes_back_after_a_refresh(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine"}))
    up(stack)
    bench.things()[0].unlink()
    refresh(stack)
    assert summary(up(stack)) == {"same": 1, "create": 1}


def test_an_import_takes_over_and_changes_nothing(bench: Bench) -> None:
    up(bench.stack(groups(a={"name": "mine", "retention_in_days": 7})))

    def program() -> None:
        options = pulumi.ResourceOptions(import_="mine")
        aws.cloudwatch.LogGroup("again", name="mine", retention_in_days=7, opts=options)

    other = bench.stack(program, name="other")
    assert summary(up(other))["import"] == 1
    assert summary(up(other)) == {"same": 2}
    assert bench.calls("update") == []


def test_an_import_of_what_is_not_there_says_so(bench: Bench) -> None:
    def program() -> None:
        aws.cloudwatch.LogGroup("again", name="mine", opts=pulumi.ResourceOptions(import_="mine"))

    with pytest.raises(auto.CommandError, match="resource 'mine' does not exist"):
        up(bench.stack(program))


def test_get_reads_what_others_made(bench: Bench) -> None:
    up(bench.stack(groups(a={"name": "mine", "retention_in_days": 7})))

    def program() -> None:
        found = aws.cloudwatch.LogGroup.get("found", "mine")
        pulumi.export("days", found.retention_in_days)
        pulumi.export("region", aws.get_region().region)

    outputs = up(bench.stack(program, name="other")).outputs
    assert outputs["days"].value == 7 and outputs["region"].value == "eu-central-1"


def test_a_failed_create_leaves_nothing_and_the_rest_goes_on(bench: Bench) -> None:
    stack = bench.stack(groups(bad={"name": "bad", "kms_key_id": "fail"}, good={"name": "good"}))
    with pytest.raises(
        auto.CommandError, match=r"\(bad\): ResourceAlreadyExistsException: it exists"
    ):
        up(stack)
    assert [json.loads(f.read_text())["name"] for f in bench.things()] == ["good"]
    stack.workspace.program = groups(bad={"name": "bad"}, good={"name": "good"})
    assert summary(up(stack)) == {"same": 2, "create": 1}


def test_a_create_that_stopped_half_way_is_kept_and_updated_next_time(bench: Bench) -> None:
    stack = bench.stack(groups(a={"name": "mine", "kms_key_id": "half"}))
    with pytest.raises(auto.CommandError, match="tagging the log group: ThrottlingException"):
        up(stack)
    stack.workspace.program = groups(a={"name": "mine"})
    assert summary(up(stack)) == {"same": 1, "update": 1}
    assert bench.calls("create") == ["mine"]


def test_creates_run_side_by_side(bench: Bench) -> None:
    stack = bench.stack(groups(**{f"g{n}": {"kms_key_id": "slow:1"} for n in range(8)}))
    up(stack)
    begun = bench.times("create")
    assert len(begun) == 8 and max(begun) - min(begun) < 0.9


def test_refusals_come_before_any_call(bench: Bench) -> None:
    stack = bench.stack(groups(a={"retention_in_days": 15}))
    words = r"resource 'a' has a problem: expected retention_in_days to be one of .*, got 15. Examine values at 'a.retentionInDays'"
    with pytest.raises(auto.CommandError, match=words):
        up(stack)
    assert bench.calls("create") == []


def test_an_unknown_type_names_itself_and_the_other_target(bench: Bench) -> None:
    with pytest.raises(
        auto.CommandError, match=r"aws:sqs/queue:Queue is not among .*the target aws"
    ):
        up(bench.stack(lambda: aws.sqs.Queue("q") and None))


def test_an_unknown_function_names_itself(bench: Bench) -> None:
    with pytest.raises(
        auto.CommandError, match="aws:index/getPartition:getPartition is not among the functions"
    ):
        up(bench.stack(lambda: aws.get_partition() and None))


def test_secrets_stay_secret_in_outputs_and_state(bench: Bench) -> None:
    code = bench.folder / "code"
    code.mkdir()
    (code / "handler.py").write_text("x = 1\n")

    def program() -> None:
        function = aws.lambda_.Function(
            "f", role="arn:aws:iam::000000000000:role/r", runtime="python3.12", handler="handler.h",
            code=pulumi.FileArchive(str(code)),
            environment={"variables": {"KEY": pulumi.Output.secret("hush"), "OPEN": "yes"}},
        )  # fmt: skip
        pulumi.export("variables", function.environment.apply(lambda e: e.variables))
        pulumi.export("arn", function.arn)

    stack = bench.stack(program)
    result = up(stack)
    assert result.outputs["variables"].secret and not result.outputs["arn"].secret
    assert result.outputs["variables"].value == {"KEY": "hush", "OPEN": "yes"}
    state = next((bench.folder / "backend").rglob("stacks/**/dev.json"))
    assert "hush" not in state.read_text() and '"OPEN":"yes"' in state.read_text()

    assert summary(up(stack)) == {"same": 2}
    (code / "handler.py").write_text("x = 2\n")
    assert summary(up(stack)) == {"same": 1, "update": 1}
    assert "hush" not in state.read_text()


def test_code_of_assets_is_uploaded_again_only_when_an_asset_says_something_else(
    bench: Bench,
) -> None:
    code = bench.folder / "code"
    code.mkdir()
    (code / "handler.py").write_text("x = 1\n")
    said = ["y = 1\n"]

    def program() -> None:
        assets: dict[str, pulumi.Asset | pulumi.Archive] = {
            "handler.py": pulumi.FileAsset(str(code / "handler.py")),
            "words.py": pulumi.StringAsset(said[0]),
        }
        aws.lambda_.Function(
            "f", name="f", role="arn:aws:iam::000000000000:role/r", runtime="python3.12",
            handler="handler.h", code=pulumi.AssetArchive(assets),
        )  # fmt: skip

    stack = bench.stack(program)
    up(stack)
    assert json.loads(bench.things()[0].read_text())["codeFiles"] == ["handler.py", "words.py"]
    (code / "handler.py").write_text("x = 1\n")  # written again, and the same
    assert summary(up(stack)) == {"same": 2}
    (code / "handler.py").write_text("x = 2\n")
    assert summary(up(stack)) == {"same": 1, "update": 1}
    said[0] = "y = 2\n"
    assert summary(up(stack)) == {"same": 1, "update": 1}


def test_a_relative_path_to_code_begins_at_the_program(bench: Bench) -> None:
    code = bench.folder / "work" / "code"
    code.mkdir()
    (code / "handler.py").write_text("x = 1\n")

    def program() -> None:
        aws.lambda_.Function(
            "f", name="f", role="arn:aws:iam::000000000000:role/r", runtime="python3.12",
            handler="handler.h", code=pulumi.FileArchive("./code"),
        )  # fmt: skip

    up(bench.stack(program))
    assert json.loads(bench.things()[0].read_text())["codeFiles"] == ["handler.py"]


def test_default_tags_reach_the_cloud_and_a_new_one_updates(bench: Bench) -> None:
    def program(**defaults: str) -> Program:
        def run() -> None:
            provider = aws.Provider("p", region="eu-west-1", default_tags={"tags": defaults})
            group = aws.cloudwatch.LogGroup(
                "a", name="mine", tags={"own": "1"}, opts=pulumi.ResourceOptions(provider=provider)
            )
            pulumi.export("tags", group.tags)
            pulumi.export("all", group.tags_all)
            pulumi.export("region", group.region)

        return run

    stack = bench.stack(program(team="a"))
    outputs = up(stack).outputs
    assert outputs["tags"].value == {"own": "1"}
    assert outputs["all"].value == {"own": "1", "team": "a"}
    assert outputs["region"].value == "eu-west-1"
    stack.workspace.program = program(team="b")
    assert summary(up(stack))["update"] == 2  # the provider's own settings, and the group
    assert json.loads(bench.things()[0].read_text())["tags"] == {"own": "1", "team": "b"}


def test_the_stacks_pattern_for_names_is_followed(bench: Bench) -> None:
    pattern = {"pulumi:autonaming": {"pattern": "${stack}-${name}"}}
    stack = bench.stack(groups(a={}), **pattern)
    assert up(stack).outputs["a_name"].value == "dev-a"


def test_two_stacks_at_once_do_not_disturb_each_other(bench: Bench) -> None:
    slow = bench.stack(groups(a={"name": "slow", "kms_key_id": "slow:4"}), name="slow")
    quick = bench.stack(groups(a={"name": "quick"}), name="quick")
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(up(slow)))
    thread.start()
    wait_for(lambda: bench.calls("create") == ["slow"])
    up(quick)  # its end sends Cancel, which is not for the other
    thread.join(60)
    assert summary(results[0]) == {"create": 2}
