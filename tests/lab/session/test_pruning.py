"""The kit's folder does not grow with each operation."""

import json
import time

from lab.session import session
from lab.session.pruning import KEPT
from tests.lab.session.stacks import deployed

TODAY = time.strftime("%Y%m%d")  # the engine itself deletes logs that are weeks old


def old(number):
    return f"{10**18 + number}"


def test_what_the_engine_keeps_of_operations_is_cut_down_to_the_last_after_each(opened):
    session.up(1)
    stack, logs = opened.stack, opened.stack.home / "pulumi" / "logs"
    (history,) = stack.history.glob("*.history.json")
    for number in range(30):
        for ending in ("history.json", "history.json.attrs", "checkpoint.json"):
            (stack.history / f"course-{old(number)}.{ending}").write_text(history.read_text())
        for ending in ("json", "json.attrs"):
            (stack.backups / f"course.{old(number)}.{ending}").write_text("{}")
        (logs / f"pulumi-{TODAY}T0000{number:02d}-{number}.log").write_text("")
        (logs / f"organization+gateway+course-{TODAY}T0000{number:02d}.log").write_text("")
        (logs / f"organization+gateway+other-{TODAY}T0000{number:02d}.log").write_text("")
    session.up(2)
    assert len(list(stack.history.glob("*.history.json"))) == KEPT
    assert len(list(stack.history.glob("*.checkpoint.json"))) == KEPT
    assert not (stack.history / f"course-{old(11)}.history.json.attrs").exists()
    assert len(list(stack.backups.glob("*.json"))) == KEPT
    assert len(list(logs.glob("pulumi-*"))) == KEPT
    assert len(list(logs.glob("*+course-*"))) == KEPT
    assert len(list(logs.glob("*+other-*"))) == 30  # another stack has its own
    told = stack.run(["stack", "history", "--json"], stack=True)
    assert len(json.loads(told.stdout)) > 0
    assert len(deployed(stack)) == 6


def test_a_stack_with_a_name_that_begins_as_anothers_keeps_its_own(opened):
    session.up(1)
    mine = {path.name for path in opened.stack.backups.iterdir()}
    session.open_session(1, stack="course-2")
    session.up(1)
    assert {path.name for path in opened.stack.backups.iterdir()} == mine
    assert session.current().stack.backups != opened.stack.backups


def test_an_operation_that_fails_is_cut_down_too(opened, fake):
    session.up(1)
    logs = opened.stack.home / "pulumi" / "logs"
    for number in range(30):
        (logs / f"pulumi-{TODAY}T0000{number:02d}-{number}.log").write_text("")
    fake.fail["languageModelApi"] = "no"
    try:
        session.up(3)
    except Exception:  # noqa: BLE001  it is to fail
        assert len(list(logs.glob("pulumi-*"))) == KEPT
    else:
        raise AssertionError("it did not fail")
