"""A page or the course anew: whatever goes is kept, and what is on AWS is not forgotten."""

import json
from types import SimpleNamespace

import pytest

from lab import copies
from tools import reset
from tools.machine import Problem


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A checkout in which somebody has worked."""
    monkeypatch.delenv(copies.COURSE, raising=False)
    stopped = []
    monkeypatch.setattr(reset.cloud, "stop", stopped.append)
    for path, text in {
        "kit/progress.jsonl": "mine", "kit/sandbox.json": "{}", "kit/tutorial/sandbox.json": "{}",
        "work/03.ipynb": "mine", "gateway/Pulumi.mine.yaml": "mine", "gateway/Pulumi.yaml": "kept",
    }.items():  # fmt: skip
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return SimpleNamespace(root=tmp_path, kit=tmp_path / "kit", stopped=stopped)


def test_the_course_is_moved_aside_as_a_whole_after_its_sandboxes_have_ended(made):
    lines = reset.course(made.kit, made.root)
    assert made.stopped == [made.kit, made.kit / "tutorial"] and len(lines) == 3
    assert not made.kit.exists() and not (made.root / "work").exists()
    (kept,) = made.root.glob("kit-kept-*")
    assert (kept / "progress.jsonl").read_text() == "mine"
    assert (kept / "Pulumi.mine.yaml").read_text() == "mine"
    assert [path.name for path in (made.root / "gateway").iterdir()] == ["Pulumi.yaml"]
    (work,) = made.root.glob("work-kept-*")
    assert (work / "03.ipynb").read_text() == "mine"
    assert reset.course(made.kit, made.root) == ["there was nothing to move: the course is as new"]


def test_a_state_of_what_is_on_aws_is_not_moved(made):
    state = made.kit / "backend" / ".pulumi" / "stacks" / "gateway" / "course-aws.json"
    state.parent.mkdir(parents=True)
    role = {"type": "aws:iam/role:Role", "outputs": {"arn": "arn:aws:iam::123456789012:role/r"}}
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": [role]}}}))
    with pytest.raises(Problem, match="is the only record of what is on AWS"):
        reset.course(made.kit, made.root)
    assert state.exists() and (made.root / "work").exists() and not made.stopped


def test_a_page_is_taken_anew_and_yours_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(copies.COURSE, str(tmp_path))
    page = tmp_path / "work" / "03_rest_api.ipynb"
    page.parent.mkdir()
    page.write_text("mine")
    assert reset.main(["rest_api"]) == 0
    assert "Yours is kept as work/" in capsys.readouterr().out and page.read_text() != "mine"


@pytest.mark.parametrize("arguments", [[], ["--all"], ["3", "4"]])
def test_a_misuse_is_told(arguments, capsys):
    assert reset.main(arguments) == 2
    assert "usage: make reset" in capsys.readouterr().err


def test_an_unknown_page_is_told(capsys):
    assert reset.main(["no_page"]) == 1
    assert "There is no chapter" in capsys.readouterr().err
