"""How long a resource usually takes: kept in the kit's folder, told while it runs and in a plan."""

import pytest

from lab.deploy import usual
from lab.deploy.rows import Row
from lab.deploy.state import Deployment
from lab.deploy.view import DeploymentView

URN = "urn:pulumi:course::gateway::aws:iam/role:Role::role"
METADATA = {"op": "create", "urn": URN, "type": "aws:iam/role:Role", "new": {"inputs": {}}}


def done(
    seconds: float, status: str = "done", operation: str = "create", name: str = "role"
) -> Row:
    return Row(URN, name, "aws.iam.Role", operation, status, seconds=seconds)


def test_the_median_of_the_last_five_times_is_usual(tmp_path):
    file = tmp_path / usual.FILE
    for seconds in (90.0, 2.0, 3.0, 4.0, 5.0, 60.0):
        usual.keep(file, "sandbox", [done(seconds), done(0.2, name="quick")])
    assert usual.usual(usual.read(file), "sandbox") == {"create aws.iam.Role role": 4.0}
    assert usual.usual(usual.read(file), "aws") == {}


def test_only_what_was_done_and_changed_something_is_kept(tmp_path):
    rows = [done(2.0, "failed"), done(2.0, "stopped"), done(2.0, operation="same")]
    usual.keep(tmp_path / usual.FILE, "sandbox", rows)
    assert not (tmp_path / usual.FILE).exists()


def test_the_oldest_make_room(tmp_path):
    file = tmp_path / usual.FILE
    usual.keep(file, "sandbox", [done(2.0, name=f"r{n}") for n in range(usual.MOST)])
    usual.keep(file, "sandbox", [done(2.0, name="r0"), done(2.0, name="new")])
    kept = list(usual.read(file))
    assert len(kept) == usual.MOST
    assert kept[0].endswith(" r2") and kept[-2].endswith(" r0") and kept[-1].endswith(" new")


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": ["x"]}', "null"])
def test_a_file_that_is_none_is_no_time(tmp_path, text):
    (tmp_path / usual.FILE).write_text(text)
    assert usual.read(tmp_path / usual.FILE) == {}


def test_a_folder_that_takes_no_file_is_no_failure(tmp_path):
    usual.keep(tmp_path / "missing" / usual.FILE, "sandbox", [done(2.0)])


@pytest.mark.parametrize(("kind", "event", "told"), [
    ("up", "resourcePreEvent", "3 s, usually 4.0 s"),
    ("plan", "resOutputsEvent", "usually 4.0 s"),
    ("up", "resOutputsEvent", "3.0 s"),
])  # fmt: skip
def test_it_is_told_while_it_matters(kind, event, told):
    deployment = Deployment(kind, usual={"create aws.iam.Role role": 4.0})
    deployment.begin(0.0)
    deployment.apply({"resourcePreEvent": {"metadata": METADATA}}, 0.0)
    deployment.apply({event: {"metadata": METADATA}}, 3.0)
    view = DeploymentView(deployment, now=3.0)
    assert f'<span class="kit-took">{told}</span>' in view.html().replace("\u00a0", " ")
    assert told in view.text()
    assert view.state()["rows"][0]["usual"] == 4.0
