"""The deployment tree in each state and form."""

import json
import time

import pytest

from lab.deploy.rows import Row
from lab.deploy.state import Deployment, replay
from lab.deploy.view import DeploymentView
from lab.draw import theme
from tests.lab.deploy.test_state import KINDS, STREAMS, played
from tests.lab.draw import golden

WHERE = {"stack": "stack course", "target": "sandbox us-east-1"}


def view_of(name: str) -> DeploymentView:
    """A view of a played stream, with clocks that a golden file can hold."""
    deployment = played(name)
    deployment.title, deployment.where = f"{KINDS.get(name, 'up').capitalize()} to 06", WHERE
    for row in deployment.rows.values():
        row.seconds = 0.25
    return DeploymentView(deployment)


def running() -> DeploymentView:
    """The tree in the middle: the stream of a change, cut while two resources are in work."""
    deployment = Deployment("up", "Up to 06", WHERE)
    cut = [n for n, e in enumerate(STREAMS["change"]) if "resourcePreEvent" in e][3] + 1
    replay(deployment, STREAMS["change"][:cut])
    for row in deployment.rows.values():
        row.started = 0.0
        row.seconds = None if row.status == "running" else 0.25
    return DeploymentView(deployment, now=3.0)


VIEWS = {
    "idle": lambda: DeploymentView(Deployment("up", "Up to 06", WHERE)),
    "running": running,
    **{name: (lambda name=name: view_of(name)) for name in STREAMS},
}


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_the_text_form_is_as_it_was_read(name):
    golden.check(f"deploy/{name}.txt", VIEWS[name]().text())


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_the_html_form_is_as_it_was_read(name):
    golden.check(f"deploy/{name}.html", VIEWS[name]().html())


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_the_record_is_the_view_and_its_state_survives_json(name):
    view = VIEWS[name]()
    record = view.record()
    assert record.state() == view.state()
    assert json.loads(json.dumps(view.state())) == json.loads(json.dumps(record.state()))
    assert record._repr_mimebundle_()["text/plain"] == view.text()


@pytest.mark.parametrize("name", sorted(VIEWS))
def test_nothing_that_could_hold_the_focus_is_in_a_region_that_redraws(name):
    view = VIEWS[name]()
    html = view.html().replace(theme.css(), "")
    if view.deployment.status == "running":  # a record is not drawn again: it may be folded
        assert "<details" not in html
    for control in ("<button", "<input", "<a ", "tabindex", "<script"):
        assert control not in html


@pytest.mark.parametrize("status", ["done", "failed", "stopped", "running"])
@pytest.mark.parametrize("size", [0, 1, 200, 10_000])
def test_any_number_of_rows_is_drawn_quickly_and_small(size, status):
    deployment = Deployment("up", "Up to 06", WHERE)
    for number in range(size):
        urn = f"urn:pulumi:course::gateway::aws:iam/role:Role::role{number}"
        deployment.rows[urn] = Row(urn, f"role{number}", "aws.iam.Role", "create", status)
    deployment.status = status
    view = DeploymentView(deployment, now=1.0)
    view.html()
    began = time.process_time()
    html, text = view.html(), view.text()
    assert time.process_time() - began < 0.1  # two forms of 50 ms each
    assert len(html.encode()) < 64_000
    assert len(text.encode()) < 64_000
    assert ("200 of 10,000 changed resources shown." in html) == (size == 10_000)


def test_failed_and_running_rows_are_both_in_the_window():
    deployment = Deployment("up", "Up to 06", WHERE, status="running")
    for number in range(1000):
        status = {0: "running", 999: "failed"}.get(number, "done")
        name = f"role{number:03d}"
        deployment.rows[name] = Row(name, name, "aws.iam.Role", "create", status)
    text = DeploymentView(deployment, now=1.0).text()
    assert "role000" in text
    assert "role999" in text


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x1b[31mred\x1b[0m\x07",
    "\u202egnp.exe",
    "a" * 1_000_000,
    "🙂" * 50,
    "",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_values_and_messages_are_text(name):
    def metadata(op, old, new):
        kind = "aws:iam/role:Role"
        urn = f"urn:pulumi:course::gateway::{kind}::{name}"
        states = {"old": {"inputs": {name or "x": old}}, "new": {"inputs": {name or "x": new}}}
        return {"op": op, "urn": urn, "type": kind, "diffs": [name or "x"], **states}

    deployment = Deployment("up", name, {"stack": name})
    deployment.begin(0.0)
    deployment.apply({"resOutputsEvent": {"metadata": metadata("update", "a", name)}}, 0.1)
    deployment.apply({"diagnosticEvent": {"severity": "error", "message": name}}, 0.2)
    deployment.notes.append(name)
    deployment.finish("failed", 0.3)
    view = DeploymentView(deployment)
    html, text = view.html(), view.text()
    assert "<script" not in html
    assert "<img" not in html
    for character in ("\x1b", "\x07", "\u202e"):
        assert character not in html + text
    json.dumps(view.state())
