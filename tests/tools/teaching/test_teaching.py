"""The trainer's papers follow from the course: nothing in them is old, whatever page has which number."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lab import course
from lab.exercise.exercises import exercises
from tools.embed import embedded
from tools.machine import Problem
from tools.teaching import __main__ as command
from tools.teaching import aws, deck, notes, pages, room, timetable
from tools.teaching.notes import NoteError

ROOT = Path(__file__).resolve().parents[3]
GOOD = (notes.FOLDER / "role.md").read_text("utf-8")


def test_what_is_kept_is_what_would_be_made():
    assert command.main(["--check"]) == 0


def test_every_page_has_a_note_and_each_note_three_questions_with_answers():
    found = notes.every()
    assert {note.chapter for note in found} == set(course.CHAPTERS)
    assert all(len(note.questions) == 3 for note in found)
    assert all(q.endswith("?") and len(a) > 20 for note in found for q, a in note.questions)


@pytest.mark.parametrize(
    ("text", "why"),
    [("# no", "begins with no"), (GOOD.replace("api_role", "no_step"), "which there is not"),
     (GOOD.replace("## When late", "## Late"), "it needs Questions"),
     (GOOD.replace("3. ", "- "), "3 questions are wanted")],
)  # fmt: skip
def test_a_note_that_has_not_the_form_says_what_is_missing(tmp_path, text, why):
    (tmp_path / "x.md").write_text(text)
    with pytest.raises(NoteError, match=why):
        notes.read(tmp_path / "x.md")


def test_a_note_goes_along_with_what_it_is_about(tmp_path, monkeypatch):
    first, second, *rest = course.CHAPTERS
    moved = course.Chapter(7, "moved", "Moved", 20, second.steps, second.files)
    monkeypatch.setattr(course, "CHAPTERS", (first, *rest[:-1], moved, rest[-1]))
    assert notes.read(notes.FOLDER / "role.md").chapter == moved


def test_a_page_without_a_note_is_named(tmp_path):
    (tmp_path / "role.md").write_text(GOOD)
    with pytest.raises(NoteError, match=f"is about {course.CHAPTERS[0].name}, "):
        notes.every(tmp_path)


@pytest.mark.parametrize("name", timetable.PATHS)
def test_a_timetable_fits_reaches_its_goal_and_ends_with_cleaning_up(name):
    minutes, goal = timetable.PATHS[name]
    rows = timetable.table(minutes, goal)
    assert [row.begins for row in rows[1:]] == [row.begins + row.minutes for row in rows[:-1]]
    assert rows[-1].begins + rows[-1].minutes <= minutes
    shown = [row.chapter for row in rows if row.chapter]
    assert shown == [*course.CHAPTERS[: len(shown) - 1], course.CHAPTERS[-1]]
    assert goal in shown[-2].steps
    for row in rows[1:-1]:
        full = row.chapter and row.chapter.minutes + timetable.TALK
        assert row.minutes in (full, timetable.SHOWN + timetable.TALK, timetable.BREAK)


def test_what_does_not_fit_is_shown_the_longest_first_and_never_the_first_or_the_goal():
    made = [course.Chapter(n, f"p{n}", f"P{n}", 20 + n * 10, (f"s{n}",)) for n in range(4)]
    end = course.Chapter(99, "end", "End", 5)
    rows = timetable.table(190, "s3", [*made, end])
    assert [row.what for row in rows] == [
        "Opening, and everybody's `make check-room`", "00 P0", "01 P1", "02 P2 (shown)", "Break",
        "03 P3", "99 End",
    ]  # fmt: skip
    none = timetable.table(10, "s3", [*made, end])
    assert [row.what for row in none if "shown" in row.what] == ["01 P1 (shown)", "02 P2 (shown)"]


def test_what_is_measured_goes_by_the_page_not_its_number(tmp_path):
    kept = tmp_path / "measured.json"
    kept.write_text(json.dumps({"machine": "m", "pages": {"07_rest_api": {"seconds": 4}}}))
    assert timetable.measured(kept) == {"rest_api": 4.0} and timetable.machine(kept) == "m"
    kept.write_text("{")
    assert timetable.measured(kept) == {} and timetable.machine(kept) == ""
    assert not timetable.measured() or max(timetable.measured().values()) < 600


def test_the_guide_has_every_page_its_minutes_and_no_solution():
    text = pages.guide(notes.every())
    for chapter in course.CHAPTERS:
        assert f"| {chapter.number:02d} {chapter.title} | {chapter.minutes} |" in text
    for one in exercises().values():
        assert one.solution not in text + pages.handout() + pages.slides(notes.every())
    assert all(one.solution in pages.solutions() for one in exercises().values())


def test_slides_show_the_pictures_of_the_pages_which_are_there():
    text = pages.slides(notes.every())
    pictures = re.findall(r"\]\(\.\./images/([^)]+)\)", text)
    assert len(pictures) > len(course.CHAPTERS)
    assert all((ROOT / "images" / name).exists() for name in pictures)
    promised = [line for chapter in course.CHAPTERS for line in pages.promises(chapter)]
    assert len(promised) > 3 * len(course.CHAPTERS) and all(
        f"- {line}" in text for line in promised
    )
    inline = embedded(f'<img src="../images/{pictures[0]}">')
    assert inline.startswith('<img src="data:image/svg+xml;base64,')


def test_what_a_room_needs_of_an_account_and_costs_grows_with_it():
    assert [fits for _, _, fits in aws.wanted(1)] == [True] * len(aws.QUOTAS)
    assert [quota.name.split(":")[0] for quota, _, fits in aws.wanted(30) if not fits] == ["EC2"]
    assert aws.waits(12)["the clean-up"] == 6.0
    calls, instances = aws.dollars_a_day(12)
    assert 0 < calls < 1 and 20 < instances < 60
    assert aws.dollars_a_day(24)[1] == pytest.approx(2 * instances, abs=0.02)


class Tagging:
    """AWS's answer about tags, in two pages."""

    def get_paginator(self, name):
        assert name == "get_resources"
        return self

    def paginate(self, TagFilters):
        assert TagFilters == [{"Key": "learner"}]
        for name, arn in (("bob", "arn:2"), ("ada", "arn:3"), ("ada", "arn:1")):
            tags = [{"Key": "other", "Value": "x"}, {"Key": "learner", "Value": name}]
            yield {"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": tags}]}


def test_what_learners_have_is_listed_by_their_tag(capsys):
    assert room.main(["list"], Tagging()) == 0
    assert capsys.readouterr().out == "ada: 2\n  arn:1\n  arn:3\nbob: 1\n  arn:2\n"


def test_destroy_wants_the_learners_own_state_and_lists_what_is_left(tmp_path, capsys, monkeypatch):
    assert room.main(["destroy", "ada", "--home", str(tmp_path)], Tagging()) == 2
    assert "has no state of a stack ada-aws" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        room.main(["destroy"], Tagging())
    state = tmp_path / "backend" / ".pulumi" / "stacks" / "gateway" / "ada-aws.json"
    state.parent.mkdir(parents=True)
    state.write_text("{}")
    ran = []
    monkeypatch.setattr(
        subprocess, "run", lambda c, **k: ran.append((c[3:], k["env"]["KIT_HOME"])) or done
    )
    done = subprocess.CompletedProcess([], 0)
    assert room.main(["destroy", "ada", "--home", str(tmp_path)], Tagging()) == 1
    assert ran == [(["aws", "ada"], str(tmp_path))]
    assert capsys.readouterr().out == "ada: 2\n  arn:1\n  arn:3\n"


def test_everybody_is_destroyed_from_their_own_state_after_a_yes(tmp_path, capsys, monkeypatch):
    ran = []
    monkeypatch.setattr(room, "destroy", lambda name, home, target: ran.append((name, home)) or 2)
    homes = str(tmp_path / "{name}" / ".kit")
    assert room.main(["destroy", "--all", "--home", homes], Tagging()) == 0
    assert ran == [] and "would destroy what these have: ada, " in capsys.readouterr().out
    assert room.main(["destroy", "--all", "--yes", "--home", homes], Tagging()) == 2
    assert ran[0] == ("ada", tmp_path / "ada" / ".kit") and len(ran) > 1  # the first one failed
    with pytest.raises(SystemExit):
        room.main(["destroy", "ada", "bob", "--home", "one/.kit"], Tagging())
    assert "each has a state of their own" in capsys.readouterr().err


def test_figures_for_any_number_of_learners(capsys):
    assert command.main(["cost", "20"]) == 0
    assert "**20 learners**: about" in capsys.readouterr().out
    assert command.main(["cost", "many"]) == 2


def test_the_commands_of_the_papers_and_the_image_are_there():
    text = "".join(
        path.read_text("utf-8") for path in (ROOT / "teach").rglob("*") if path.suffix in (".md", "")
        and path.is_file()
    )  # fmt: skip
    from tools import run

    for job in re.findall(r"`make ([a-z-]+)", text):
        assert job in run.JOBS, job
    for module in re.findall(r"-m (tools[\w.]+)", text):
        assert (ROOT / Path(*module.split("."))).is_dir() or (
            ROOT / Path(*module.split("."))
        ).with_suffix(".py").exists(), module


@pytest.mark.parametrize("page", ["README.md", "guide.md", "hub/README.md"])
def test_links_of_the_papers_lead_somewhere(page):
    text = (ROOT / "teach" / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / "teach" / page).parent.joinpath(target).exists(), target


def test_slides_without_npm_or_a_browser_say_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(deck, "HOME", tmp_path / "none")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Problem, match="npm is missing"):
        deck.installed()
    with pytest.raises(Problem, match="prints with a Chromium"):
        deck._browser()


@pytest.mark.parametrize("name", ["jupyterhub_config.py", "image/dockerspawner_config.py"])
def test_a_configuration_compiles(name):
    source = (ROOT / "teach" / "hub" / name).read_text("utf-8")
    compile(source, name, "exec")
    assert sys.version_info >= (3, 10)
