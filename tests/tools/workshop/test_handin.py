"""What is handed in can be looked at again, and is; what cannot be is not believed."""

import json
import os
import re
import subprocess
import sys

import pytest

from lab.exercise import exercises
from lab.marks import answers, journal
from lab.predictions.questions import QUESTIONS
from tests.lab.exercise.test_exercises import FILES, OUTPUTS
from tools.workshop import handin, verify

GOOD = {}
for path in FILES:
    if path.stem.startswith("good") and not path.stem.endswith("json"):
        text = path.read_text("utf-8")
        number, name = re.match(r"# exercise (\S+): (\w+)", text).groups()
        space = {"__name__": "__main__"}
        exec(compile(text, str(path), "exec"), space)  # noqa: S102 - as a notebook runs a cell
        GOOD.setdefault(number, answers.kept(space[name]))
CALLS = [number for number, one in exercises.exercises().items() if one.calls]
PLAIN = {number: kept for number, kept in GOOD.items() if number not in CALLS}
DATA = {number: kept for number, kept in PLAIN.items() if kept["form"] in ("data", "answer")}
CODE = {n: kept for n, kept in GOOD.items() if kept["form"] == "code" and n not in CALLS}
FIRST = next(n for n in DATA if DATA[n]["form"] == "data")
HERE = """
def {name}():
    {body}
    return {{"Version": "2012-10-17"}}
"""


def check(number, answer, verdict="right", **facts):
    at = "2026-11-29T12:00:00+00:00"
    return {"at": at, "kind": "check", "page": "x", "exercise": number, "verdict": verdict,
            "answer": answer, **facts}  # fmt: skip


def code(body):
    return {"form": "code", "name": "f", "source": HERE.format(name="f", body=body), "names": {}}


def test_each_answer_that_is_data_is_graded_again_and_no_word_believed():
    assert len(DATA) > 5
    question = QUESTIONS[0]
    predicted = {"at": "2026-11-29T12:00:00+00:00", "kind": "predict", "page": "x", "right": True}
    events = [check(number, answer, outputs=OUTPUTS) for number, answer in DATA.items()]
    events += [check(FIRST + "9", {"form": "data", "value": 1})]  # no such exercise
    wrong = next(o.text for o in question.options if not o.right)
    events += [{**predicted, "question": QUESTIONS[1].id, "answer": "what I like"}]
    events += [{**predicted, "question": question.id, "answer": wrong}]
    unknown = [n for n in GOOD if n not in DATA][:2]
    events += [check(unknown[0], {"form": "data", "value": {"I": "am right"}})]
    events += [check(unknown[1], None)]
    told = verify.verify(events)
    assert [told[number] for number in unknown] == ["false", "claimed"]
    assert {told[number] for number in DATA} == {"verified"}
    assert told[FIRST + "9"] == told[f"p{question.id}"] == told[f"p{QUESTIONS[1].id}"] == "false"


def test_code_is_not_run_unless_it_is_asked_for(tmp_path):
    mark = tmp_path / "ran"
    touch = code(f"open({str(mark)!r}, 'w').close()")
    assert verify.again(check(next(iter(CODE)), touch), run_code=False) == "claimed"
    assert not mark.exists()


def test_a_blank_that_is_said_to_be_right_is_false():
    number = next(iter(DATA))
    assert verify.again(check(number, {"form": "data", "value": None}), run_code=False) == "false"
    blank = {"form": "code", "name": "f", "source": "def f():\n    ...\n", "names": {}}
    assert verify.again(check(next(iter(CODE)), blank), run_code=True) == "false"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no resource limits")
def test_code_that_is_run_reaches_no_network_and_none_of_the_trainers_variables(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the trainer's")
    reach = "import os, socket; assert not os.environ.get('AWS_SECRET_ACCESS_KEY'); "
    reach += "\n    try: socket.create_connection(('127.0.0.1', 1), 1)\n    except OSError as e: "
    reach += "assert 'without a network' in str(e)"
    number, *_ = CODE
    events = [check(each, kept, outputs=OUTPUTS) for each, kept in CODE.items()]
    events += [check(number, code(f"print('{number} verified'); {reach}"))]
    events += [check(number, GOOD[number], outputs=OUTPUTS) for number in CALLS]
    told = verify.verify(events, run_code=True)
    # What was deployed is nowhere to be called.
    assert CALLS and {told.pop(number) for number in CALLS} == {"claimed"}
    assert told.pop(number) == "false"  # it ran to its end, and its word does not count
    assert len(told) > 8 and set(told.values()) == {"verified"}, told


def test_the_file_is_written_in_both_forms_and_has_what_counts(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(journal, "home", lambda: tmp_path / "kit")
    exercises.check(FIRST, GOOD[FIRST]["value"])
    name = "Ada <b> ../x"
    assert handin.main(["--name", name, "--to", str(tmp_path / "out")]) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "progress-Ada-b-..-x.json", "progress-Ada-b-..-x.txt",
    ]  # fmt: skip
    made = json.loads((tmp_path / "out" / "progress-Ada-b-..-x.json").read_text())
    assert made["who"] == name and "1 of" in made["text"] and made["form"] == handin.FORM
    assert any(event.get("exercise") == FIRST for event in made["events"])
    assert "To hand in: " in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_told_with_the_fix(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert handin.main(["--to", str(tmp_path / "file")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_the_job_is_the_module():
    done = subprocess.run(
        [sys.executable, "-m", "tools.workshop.handin", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "Nothing is sent" in done.stdout
