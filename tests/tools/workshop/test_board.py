"""The board shows who is where and who is stuck, believes nothing, and nothing in it can run."""

import json
import os
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from lab import course
from lab.marks.progress import numbers
from tests.lab.draw.widgets import HOSTILE
from tools.workshop import board, gathered, handin

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
PAGE = course.CHAPTERS[1]
OWN = [number for number in numbers() if number.split(".")[0] == str(PAGE.number)]


def told(kind, ago, /, page=PAGE.slug, **facts):
    return {
        "at": (NOW - timedelta(minutes=ago)).isoformat(),
        "kind": kind,
        "page": page,
        **facts,
    }


def right(number, minutes=1):
    return told("check", minutes, exercise=number, verdict="right")


def put(folder, who, events, name=None):
    made = {**handin.handed_in(who, []), "events": events}
    (folder / f"progress-{name or who}.json").write_text(json.dumps(made))


def believed(events):
    return {}


def look(folder, verified=believed):
    found = gathered.gather(folder, verified)
    return found, str(board.page(found, NOW))


def test_who_is_where_and_who_is_stuck_and_the_minutes(tmp_path):
    vain = [told("check", 9 - n, exercise=OWN[0], verdict="not yet") for n in range(4)]
    put(tmp_path, "ada", [told("start", 10), *vain])
    put(tmp_path, "bob", [told("start", 30), *(told("active", 30 - 5 * n) for n in range(6)),
                          *(right(number) for number in OWN)])  # fmt: skip
    put(tmp_path, "eve", [told("start", -60)])
    found, text = look(tmp_path)
    assert [learner.who for learner in found.learners] == ["ada", "bob", "eve"]
    ada, bob, _ = found.learners
    assert ada.stuck == [f"{OWN[0]} (4 tries)"] and not bob.stuck
    assert f"<strong>{OWN[0]}</strong>: 1 of 3 (ada)" in text
    assert gathered.at(ada).chapter == PAGE and gathered.at(bob).chapter == course.CHAPTERS[2]
    assert gathered.minutes(found.learners)[PAGE.name] == [pytest.approx(29, abs=1)]
    assert "60 min ahead:<br>that clock is wrong" in text
    assert text.count(' class="at"') == 3


def test_an_answer_that_is_false_does_not_count_and_is_shown(tmp_path):
    put(tmp_path, "mallory", [told("start", 2), *(right(number) for number in OWN)])
    found, text = look(tmp_path, lambda events: dict.fromkeys(OWN, "false"))
    assert found.learners[0].progress.right == 0
    assert f"{len(OWN)} false" in text and 'class="warn"' in text
    found, text = look(tmp_path, lambda events: dict.fromkeys(OWN, "claimed"))
    assert found.learners[0].progress.right == len(OWN) and f"{len(OWN)} claimed" in text


def test_of_two_files_of_one_learner_the_newer_counts(tmp_path):
    put(tmp_path, "ada", [told("start", 1), right(OWN[0])], "b")
    put(tmp_path, "ada", [told("start", 500)], "c")
    found, _ = look(tmp_path)
    assert len(found.learners) == 1 and found.learners[0].progress.right == 1


@pytest.mark.parametrize("text", [HOSTILE, "<b>", "' onload='", "x" * 100_000, "\u202e"])
def test_whatever_a_file_says_the_page_only_shows_it(tmp_path, text):
    text = text.encode("utf-8", "replace").decode()
    events = [told("start", 1), told("check", 1, exercise=OWN[0], verdict=text, tries=5),
              told("hint", 1, exercise=text), told("predict", 1, question=text, answer=text),
              told("start", 1, page=text)]  # fmt: skip
    put(tmp_path, text, events, "x")
    (tmp_path / "progress-<i>.json").write_text("{")
    _, page = look(tmp_path)
    seen = []

    class Reader(HTMLParser):
        def handle_starttag(self, name, attributes):
            seen.append((name, [key for key, _ in attributes]))

    Reader().feed(page)
    assert not {"script", "img", "b", "i", "iframe", "a", "link"} & {name for name, _ in seen}
    assert not [key for _, keys in seen for key in keys if key.startswith("on")]
    assert len(page) < 60_000 and "http:" not in page and "default-src 'none'" in page


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "no hand-in file"), ("[]", "no hand-in file"), ("9" * 9999, "no hand-in file"),
     ('{"form": 99}', "this version"), (json.dumps({"form": 1, "who": " "}), "says not who"),
     (json.dumps({"form": 1, "who": "a", "events": [0] * 20_001}), "more than"),
     (" " * (gathered.LARGEST + 1), "larger than")],
)  # fmt: skip
def test_what_is_no_hand_in_file_is_named_with_why(tmp_path, content, why):
    (tmp_path / "x.json").write_text(content)
    (tmp_path / "notes.txt").write_text("mine")
    found, text = look(tmp_path)
    assert not found.learners and why in found.unread[0][1] and "x.json" in text


@pytest.mark.skipif(os.name == "nt", reason="Linux and macOS only: links and pipes")
def test_a_link_or_a_pipe_in_the_folder_is_not_followed(tmp_path):
    (tmp_path / "a.json").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "b.json")
    found, _ = look(tmp_path)
    assert [why for _, why in found.unread] == ["is no regular file"] * 2


@pytest.mark.parametrize(
    "event",
    [None, 3, [], {}, {"at": "never", "kind": "start", "page": "x"}, {"at": 3},
     {"at": "2026-11-29T12:00:00", "kind": "start", "page": "no zone"},
     {"at": NOW.isoformat(), "kind": [], "page": "x"}, {"at": NOW.isoformat(), "kind": "start"},
     told("check", 1, exercise=[], verdict={}, answer=[]), told("active", 1, minutes="many"),
     told("active", 1, minutes=float("inf")), told("predict", 1, right="yes", question=None)],
    ids=range(13),
)  # fmt: skip
def test_no_event_breaks_the_page(tmp_path, event):
    put(tmp_path, "ada", [event, told("start", 1), event])
    found, text = look(tmp_path)
    assert found.learners[0].progress.pages[1].begun and "ada" in text


def test_the_command_verifies_and_tells_what_it_left_out(tmp_path, capsys):
    put(
        tmp_path,
        "ada",
        [told("start", 1), {**right(OWN[0]), "answer": {"form": "data", "value": 1}}],
    )
    (tmp_path / "x.json").write_text("{")
    page = tmp_path / "out" / "board.html"
    assert board.main([str(tmp_path), "--to", str(page)]) == 0
    said = capsys.readouterr()
    assert "1 learner: " in said.out and "left out: x.json" in said.err
    assert "1 false" in page.read_text()
    assert board.main([str(tmp_path / "nowhere")]) == 1
    assert "fix: name a folder that is there" in capsys.readouterr().err
