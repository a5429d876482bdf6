"""What is noted survives cuts, growth and odd clocks; the map says where it goes on."""

import json
import os
import stat
import threading

import pytest

import lab
from lab import course
from lab.exercise import exercises
from lab.marks import answers, journal, progress
from lab.marks.minutes import spent, tried
from lab.marks.state import progress_of
from lab.predictions.questions import QUESTIONS
from tests.lab.home_views import COURSE, NUMBERS, events

PAGE = course.CHAPTERS[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "home", lambda: tmp_path / "kit")
    return tmp_path / "kit"


def at(second, page="role", kind="active", **facts):
    stamp = f"2026-11-29T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}+00:00"
    return {"at": stamp, "kind": kind, "page": page, **facts}


def test_what_is_checked_predicted_and_hinted_is_kept_for_its_owner_alone(folder):
    number = progress.numbers()[0]
    lab.check(number, 5)
    lab.hint(number)
    question = next(one for one in QUESTIONS if one.id == number.split(".")[0])
    lab.predict(question.id, answer=lab.predict(question.id).question.right)
    kinds = [(event["kind"], event["page"]) for event in journal.read()]
    assert kinds == [(kind, PAGE.slug) for kind in ("check", "hint", "predict")]
    assert journal.read()[0]["answer"] == {"form": "data", "value": 5}
    if os.name != "nt":
        assert stat.S_IMODE((folder / journal.NAME).stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    page = lab.progress().found.pages[1]
    assert (page.state, page.exercises[number], page.predicted) == ("begun", "not yet", True)
    assert page.hinted == {number}


def test_the_solution_of_a_button_counts_as_help(folder):
    number = progress.numbers()[0]
    lab.check(number, 5).reveal("solution")
    assert [event["kind"] for event in journal.read()] == ["check", "solution"]


def test_nothing_is_noted_of_a_question_before_it_is_answered(folder):
    lab.predict(QUESTIONS[0].id)
    assert journal.read() == []


def test_the_numbers_that_are_read_are_those_of_the_graders():
    assert list(progress.numbers()) == list(exercises.exercises())


def test_a_cut_line_costs_itself_alone_and_is_kept_aside(folder):
    journal.note("start", "role")
    path = folder / journal.NAME
    with path.open("ab") as file:
        file.write(b'{"at": "2026-11-2')  # the power failed here
    journal.note("start", "model")
    assert [event["page"] for event in journal.read()] == ["role", "model"]
    (aside,) = folder.glob("progress.damaged-*.jsonl")
    assert b'{"at": "2026-11-2\n' in aside.read_bytes()
    assert [event["page"] for event in journal.read()] == ["role", "model"]
    assert len(list(folder.glob("progress.damaged-*"))) == 1


@pytest.mark.parametrize("damage", [b"\xff\xfe\x00", b"[]\n", b'{"at": 3}\n', b"[" * 5000])
def test_whatever_is_in_the_file_a_lesson_goes_on(folder, damage):
    folder.mkdir()
    (folder / journal.NAME).write_bytes(damage)
    journal.note("start", PAGE.slug)
    assert progress.now().goes_on.chapter == PAGE


def test_a_disk_that_refuses_does_not_stop_a_lesson(tmp_path, monkeypatch):
    (tmp_path / "kit").write_text("no folder")
    monkeypatch.setattr(journal, "home", lambda: tmp_path / "kit")
    journal.note("start", "role")
    assert progress.now().line == "nothing yet"


def test_it_does_not_grow_without_end_and_keeps_what_was_right(folder, monkeypatch):
    monkeypatch.setattr(journal, "LIMIT", 4000)
    first = progress.numbers()[0]
    for verdict in ("right", *["not yet"] * 60):
        journal.note("check", PAGE.slug, exercise=first, verdict=verdict)
    assert (folder / journal.NAME).stat().st_size < 5000
    assert progress.now().pages[1].exercises[first] == "right"


def test_an_answer_that_is_too_long_is_not_kept(folder):
    journal.note("check", "role", exercise="1.1", verdict="right", answer={"value": "x" * 20_000})
    (event,) = journal.read()
    assert "answer" not in event and event["verdict"] == "right"


def test_two_notebooks_write_at_once(folder):
    def write():
        for _ in range(25):
            journal.note("active", "role")

    threads = [threading.Thread(target=write) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(journal.read()) == 100


def test_minutes_are_what_lies_between_two_signs_of_life():
    assert spent([at(0), at(60), at(180)]) == {"role": 3.0}
    assert spent([at(0), at(60), at(7200), at(7260)]) == {"role": 2.0}  # a lunch is none
    assert spent([at(3600), at(0), at(60)]) == {"role": 1.0}  # a clock that was put back
    assert spent([at(0), at(60, "model"), at(120)]) == {"role": 1.0, "model": 1.0}


def test_what_is_condensed_says_the_same():
    many = [at(n * 60, "role" if n < 9 else "model") for n in range(20)]
    many.insert(5, at(290, kind="check", exercise="1.1", verdict="right"))
    short = journal.condensed(many)
    assert spent(short) == {page: round(value, 2) for page, value in spent(many).items()}
    again = journal.condensed(short)
    assert again == short
    for found in (many, short):
        made = progress_of(found, NUMBERS, COURSE)
        assert made.pages[1].right == 1 and made.pages[1].begun


def test_it_goes_on_with_the_page_of_last_time_then_with_the_next_that_is_not_done():
    made = progress_of(events("x"), NUMBERS, COURSE)
    assert made.goes_on.chapter.slug == "model"
    assert made.line == "2 of 4 exercises right, continue at 02"
    done = [at(n, page, "start") for n, page in enumerate(("start", "role"))]
    done += [at(9, "role", "check", exercise=n, verdict="right") for n in ("1.1", "1.2")]
    assert progress_of(done, NUMBERS, COURSE).goes_on.chapter.slug == "model"
    assert progress_of([], NUMBERS, COURSE).line == "nothing yet"


def test_an_exercise_of_another_page_does_not_count_after_a_renumbering():
    """Chapters may be numbered anew between two pulls: the slug says which page it was."""
    moved = [at(0, "elsewhere", "check", exercise="1.1", verdict="right")]
    assert progress_of(moved, NUMBERS, COURSE).right == 0


# Answers


def helper(name):
    return {"name": name, "limit": LIMIT}


LIMIT = 3


def handed_in():
    return json.dumps(helper("x"))


@pytest.mark.parametrize("value", [1, "x", None, True, {"a": [1, 2.5]}, [{"b": None}]])
def test_data_is_kept_as_it_is(value):
    kept = answers.kept(value)
    assert answers.rebuilt(json.loads(json.dumps(kept))) == value


def test_a_function_is_kept_with_what_it_uses(monkeypatch):
    monkeypatch.setattr(helper, "__module__", "__main__")  # as in a notebook
    kept = json.loads(json.dumps(answers.kept(handed_in)))
    monkeypatch.setitem(handed_in.__globals__, "LIMIT", 4)
    assert answers.rebuilt(kept)() == '{"name": "x", "limit": 3}'


def test_an_answer_of_the_model_is_kept_by_what_graders_look_at():
    class Answer:
        status, finish_reason, who, usage, completion = 200, "length", "function", {}, "…"

    kept = answers.kept(Answer())
    assert answers.rebuilt(kept).finish_reason == "length"


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, (1, 2), {1: 2}, float("nan"), lambda: 1, Exception]
)
def test_what_json_would_change_is_not_kept(value):
    kept = answers.kept(value)
    assert kept["form"] == "other"
    with pytest.raises(ValueError, match="nothing was kept"):
        answers.rebuilt(kept)


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(1, 1 / 60), (600, 10.0), (601, None), (0, None)],  # ten minutes are reading, more is a coffee
)
def test_a_gap_of_ten_minutes_is_the_longest_that_counts(seconds, minutes):
    found = spent([at(0), at(seconds)])
    assert found == ({} if minutes is None else {"role": pytest.approx(minutes)})


@pytest.mark.parametrize(
    ("kept", "minutes"),
    [
        (12.5, 12.5),
        (0, 0.0),
        (99_999, 99_999.0),
        (100_000, 0.0),  # more than two months without a break
        (-1, 0.0),
        (True, 0.0),
        ("12", 0.0),
        (None, 0.0),
        (float("nan"), 0.0),
    ],
)
def test_a_sum_that_is_no_plausible_one_counts_as_nothing(kept, minutes):
    assert spent([{"page": "role", "minutes": kept}]) == {"role": minutes}


@pytest.mark.parametrize(
    ("tries", "count"),
    [
        ({}, 1),
        ({"tries": 1}, 1),
        ({"tries": 7}, 7),
        ({"tries": 999_999}, 999_999),
        ({"tries": 1_000_000}, 1),
        ({"tries": 0}, 1),
        ({"tries": -3}, 1),
        ({"tries": "7"}, 1),
        ({"tries": 2.5}, 1),
    ],
)
def test_a_check_stands_for_one_where_nobody_says_for_how_many(tries, count):
    assert tried(at(0, kind="check", **tries)) == count


def test_once_right_stays_right_and_only_what_was_not_is_a_try():
    number, other = NUMBERS[:2]

    def check(second, verdict, exercise=number, **more):
        return at(second, "role", "check", exercise=exercise, verdict=verdict, **more)

    known = [
        check(0, "not yet", tries=3),
        check(1, "error"),
        check(2, "right"),
        check(3, "not yet"),
        check(4, "not tried", other),
    ]
    page = progress_of(known, NUMBERS, COURSE).pages[1]
    assert page.exercises[number] == "right" and page.exercises[other] == "not tried"
    assert (page.tries[number], page.tries[other]) == (5, 1)
    assert page.predicted is None


@pytest.mark.parametrize(
    ("pages", "left"),
    [(["role"], False), (["role", "role"], False), (["role", "model"], True), (["model"], False)],
)
def test_a_page_is_left_when_another_was_begun_after_it(pages, left):
    known = [at(second, page) for second, page in enumerate(pages)]
    pages = progress_of(known, NUMBERS, COURSE).pages
    assert next(page.left for page in pages if page.chapter.slug == "role") is left
