"""The engine's events as rows: on streams that the real engine has written."""

import copy
import json
import random
from pathlib import Path

import pytest

from lab.deploy.places import Place
from lab.deploy.rows import spoken
from lab.deploy.state import Deployment, replay

STREAMS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[2] / "data" / "streams").glob("*.json"))
}
KINDS = {"plan_new": "plan", "plan_change": "plan", "destroy": "destroy"}
ENDS = {"failed": "failed", "refused": "failed", "raised": "failed", "interrupted": "stopped"}


def played(name: str, events=None) -> Deployment:
    """A recorded stream played to its end, as the session ends it."""
    deployment = Deployment(KINDS.get(name, "up"), places={"role": Place(1, "api_role", 33, 49)})
    events = STREAMS[name] if events is None else events
    replay(deployment, events)
    deployment.finish(ENDS.get(name, "done"), 1.5)
    return deployment


def rows(deployment: Deployment) -> dict[str, tuple[str, str]]:
    return {row.name: (row.operation, row.status) for row in deployment.rows.values()}


def test_all_streams_are_there():
    assert len(STREAMS) == 12


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("plan_new", {"create": 4}),
        ("new", {"create": 4}),
        ("same", {"same": 4}),
        ("plan_change", {"update": 1, "replace": 2, "same": 1}),
        ("change", {"update": 1, "replace": 1, "same": 2}),
        ("delete", {"update": 1, "replace": 1, "delete": 1, "same": 1}),
        ("refresh", {"create": 1, "same": 2}),
        ("failed", {"update": 1, "replace": 1, "same": 1}),
        ("refused", {"same": 1}),
        ("raised", {"update": 1, "replace": 1, "same": 1}),
        ("interrupted", {"update": 1, "replace": 1, "same": 1}),
        ("destroy", {"delete": 3}),
    ],
)
def test_counts_by_operation(name, counts):
    assert played(name).counts == counts


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_every_resource_of_a_stream_has_a_row_and_none_is_still_running(name):
    named = {
        event[kind]["metadata"]["urn"].rsplit("::", 1)[-1]
        for event in STREAMS[name]
        for kind in ("resourcePreEvent", "resOutputsEvent", "resOpFailedEvent")
        if kind in event and not event[kind]["metadata"]["type"].startswith("pulumi:")
    }
    deployment = played(name)
    assert named <= set(rows(deployment))
    assert not deployment.of("running")


def test_a_plan_is_planned_and_an_up_is_done():
    assert {status for _, status in rows(played("plan_new")).values()} == {"planned"}
    assert {status for _, status in rows(played("new")).values()} == {"done"}


def test_a_change_is_shown_before_and_after_and_names_what_replaces():
    deployment = played("change")
    by_name = {row.name: row for row in deployment.rows.values()}
    [change] = by_name["role"].changes
    assert (change.path, change.before, change.after) == (
        "assume_role_policy.Version",
        "1",
        "2",
    )
    assert by_name["api"].because == ["name"]
    assert by_name["api"].changes[0].replaces
    assert by_name["role"].because == []


def test_what_is_not_known_yet_says_so():
    [path] = [row for row in played("plan_change").rows.values() if row.name == "path"]
    assert {change.after for change in path.changes} == {"(known after up)"}
    assert path.because == ["rest_api"]


def test_changed_outputs_count_as_a_change():
    deployment = played("change")
    assert deployment.changed_outputs == {"version": "update"}
    assert deployment.changes == {"update": 1, "replace": 1, "outputs": 1}
    assert played("same").changes == {}


def test_a_secret_output_is_masked():
    deployment = played("new")
    assert deployment.outputs["key"] == "[secret]"
    assert "never shown" not in json.dumps(deployment.state())


def test_a_failed_row_has_its_message_and_comes_first():
    deployment = played("failed")
    first = deployment.shown()[0]
    assert (first.name, first.status) == ("logs", "failed")
    assert first.message == "creating CloudWatch Logs Log Group (logs): AccessDenied: no"
    assert deployment.problems == []


def test_a_refused_argument_is_named_as_python_spells_it():
    [row] = played("refused").of("failed")
    assert (
        row.message == "api: the argument `name` with the value 'api-2' is refused: must not be so"
    )
    assert row.fix == "Change `name` in the step that makes api."


def test_a_program_that_raises_is_one_problem_with_the_learners_lines_only():
    [(message, fix)] = played("raised").problems
    assert message.splitlines()[0] == "ValueError: the learner's mistake"
    assert "in raises" in message
    assert "site-packages" not in message
    assert "asyncio" not in message
    assert fix == ""


def test_an_interrupted_row_is_stopped_and_not_failed():
    deployment = played("interrupted")
    assert rows(deployment)["logs"] == ("create", "stopped")
    assert deployment.status == "stopped"
    assert deployment.of("failed") == []


def test_what_was_gone_says_so_when_it_is_made_again():
    [row] = [row for row in played("refresh").rows.values() if row.name == "role"]
    assert (row.operation, row.drift) == ("create", "gone")


def test_debug_lines_are_dropped():
    assert any(
        (event.get("diagnosticEvent") or {}).get("severity") == "debug" for event in STREAMS["new"]
    )
    deployment = played("new")
    assert (deployment.problems, deployment.notes) == ([], [])


def test_a_row_knows_its_place_in_the_program():
    [role] = [row for row in played("new").rows.values() if row.name == "role"]
    assert str(role.place) == "chapter 01, api_role, lines 33-49"


@pytest.mark.parametrize("name", sorted(set(STREAMS) - {"new", "plan_new", "same"}))
def test_done_is_never_claimed_for_a_stream_that_the_engine_called_failed(name):
    deployment = Deployment("up")
    replay(deployment, STREAMS[name])
    deployment.finish("done", 1.0)
    assert deployment.status == ("failed" if name in ENDS else "done")


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_stream_that_is_cut_off_anywhere_has_no_running_row_and_no_lost_one(name):
    whole = set(rows(played(name)))
    for length in range(len(STREAMS[name])):
        deployment = Deployment("up")
        replay(deployment, STREAMS[name][:length])
        seen = set(rows(deployment))
        deployment.finish("stopped", 1.0)
        assert set(rows(deployment)) == seen <= whole
        assert not deployment.of("running")


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_events_out_of_order_lose_no_row_and_no_failure(name):
    expected = played(name)
    shuffle = random.Random(7)
    for _ in range(5):
        events = copy.deepcopy(STREAMS[name])
        shuffle.shuffle(events)
        deployment = played(name, events)
        assert set(rows(deployment)) == set(rows(expected))
        assert {r.name for r in deployment.of("failed")} == {r.name for r in expected.of("failed")}
        assert deployment.status == expected.status


def nulled(value):
    """Every copy of a JSON value in which one field is null."""
    for key in value if isinstance(value, dict) else ():
        yield {**value, key: None}
        if isinstance(value[key], dict):
            for inner in nulled(value[key]):
                yield {**value, key: inner}


@pytest.mark.parametrize("name", ["change", "failed", "refresh", "destroy"])
def test_any_field_may_be_null(name):
    tried = 0
    for position, event in enumerate(STREAMS[name]):
        for broken in nulled(event):
            deployment = Deployment("up")
            replay(deployment, STREAMS[name][:position])
            deployment.apply(broken, 1.0)
            json.dumps(deployment.state())
            tried += 1
    assert tried > 300


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("aws:iam/role:Role", "aws.iam.Role"),
        ("aws:lambda/function:Function", "aws.lambda_.Function"),
        ("aws:index/getRegion:Thing", "aws.Thing"),
        ("my:component", "my:component"),
    ],
)
def test_a_type_is_written_as_in_a_program(kind, said):
    assert spoken(kind) == said
