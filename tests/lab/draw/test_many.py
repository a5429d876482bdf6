"""Ten thousand of whatever a panel has rows of: it stays small, is drawn quickly, and says how many there are.

Deployments, graphs, policies, logs and bursts have tests of their own; here are the others.
"""

import time
from pathlib import Path

import pytest

from lab.cleaning.state import Cleaning, Inventory
from lab.cleaning.view import CleaningView
from lab.exporting.view import Export
from lab.marks.state import progress_of
from lab.marks.view import ProgressView
from lab.session.results import Outputs
from lab.showing.show import show
from lab.traffic.state import Shot, Traffic
from lab.traffic.view import TrafficView
from tests.lab.cleaning.things import MADE_THEN, NOW, tags, thing_of
from tests.lab.draw.widgets import HOSTILE
from tests.lab.home_views import COURSE, NUMBERS, WHEN, events

NUMBER = 10_000


def cleaning():
    arns = (f"arn:aws:iam::1:role/{number:05}" for number in range(NUMBER))
    things = tuple(thing_of(arn, tags(), {}, MADE_THEN) for arn in arns)
    known = tuple(f"r{number}" for number in range(NUMBER))
    return CleaningView(Cleaning(Inventory("course", NOW, known, things), where="aws", when=WHEN))


def traffic():
    made = Traffic("POST /model", NUMBER, 2.0, "sandbox on this machine")
    made.begin(WHEN)
    for number in range(NUMBER):
        made.add(Shot(number / 2, 0.1, 200, f"stable/{number}"))
    made.end("done", "")
    return TrafficView(made)


MANY = {
    "cleaning": (cleaning, "1,000 of 10,000|10,000"),
    "traffic": (traffic, "10000|10,000"),
    "progress": (lambda: ProgressView(progress_of(events("x") * 800, NUMBERS, COURSE)), "2 of 4"),
    "show": (lambda: show([{"a": number} for number in range(NUMBER)]), "more|cut|lines"),
    "outputs": (lambda: Outputs({f"k{n}": "v" * 50 for n in range(NUMBER)}), "100 of 10,000"),
    "export": (
        lambda: Export(6, Path("/x"), tuple(f"f{n % 30}/{n}" for n in range(NUMBER))),
        "10000|10,000",
    ),
}


@pytest.mark.parametrize("name", MANY)
def test_ten_thousand_rows_are_small_and_quick(name):
    make, said = MANY[name]
    view = make()
    began = time.process_time()
    html, text = str(view.html()), repr(view)
    assert time.process_time() - began < 2.5
    assert len(html) < 150_000 and len(text) < 20_000
    assert any(each in html for each in said.split("|"))


def test_outputs_of_a_stranger_stay_text_and_short():
    made = Outputs({"name": HOSTILE, HOSTILE: 1, "long": "x" * 1_000_000})
    html, text = str(made.html()), repr(made)
    assert len(html) < 10_000 and len(text) < 10_000
    assert "<script" not in html and "<img" not in html
    assert not {"\x1b", "\x00", "\u202e"} & {*html, *text}
