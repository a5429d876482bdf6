"""Graders: blank is not tried, good is right, bad is rejected with its own sentence."""

import re
import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from gateway import budget, chat, deployment, limits, model, program
from gateway.settings import Settings
from lab import course
from lab.checks import ch07, ch99
from lab.errors import LabError
from lab.exercise import calls, exercises, watched
from lab.exercise.state import Exercise, NotYet, blank, judge
from lab.mocks import mocks
from tests.submissions import KEYS, MINE, of_function, stood

FOLDER = Path(__file__).parents[2] / "submissions"
FILES = sorted(FOLDER.glob("ch*/*.py"))
ALL = exercises.exercises()
OUTPUTS = {"function_name": "LanguageModelLambda-1a2b3c4", "rest_api_id": "a1b2c3d4e5"}


def read(path):
    """The exercise of a submission, its value, the sentence that rejects it ("" for good), and what
    a call to what was deployed would find.
    """
    text = path.read_text(encoding="utf-8")
    number, name = re.match(r"# exercise (\S+): (\w+)", text).groups()
    says = re.search(r"^# says: (.+)$", text, re.MULTILINE)
    space = {}
    exec(compile(text, path.name, "exec"), space)  # noqa: S102 - as a notebook runs a cell
    return ALL[number], space[name], says[1] if says else "", space.get("answers", {})


def deployed(monkeypatch, answers):
    """The stack's outputs, with a stage where these answers are found; None: without a stage."""
    if answers is None:
        return {}
    base = "http://127.0.0.1:4566/v1"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "no-secret-of-anyone")

    def send(method, url, **more):
        found = answers[f"{method} {url.removeprefix(base)}"]
        found = found.pop(0) if isinstance(found, list) else found
        return found(**more) if callable(found) else found

    def lines(outputs, output, request_id, wait=True):
        return answers.get("lines", {}).get(f"{output} {request_id}", [])

    def trial(api, method, path, called):
        return answers[f"{method} {called}"]

    monkeypatch.setattr(calls, "send", send)
    monkeypatch.setattr(watched, "lines", lines)
    monkeypatch.setattr(watched, "alarm", lambda metric, ringing=False: answers["alarm"][ringing])
    monkeypatch.setattr(calls, "trial", trial)
    monkeypatch.setattr(ch99, "_stands", lambda step: answers["stood"])
    return {**OUTPUTS, "invoke_url": base, "team_keys": KEYS, **answers.get("outputs", {})}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_submission_gets_its_verdict(path, monkeypatch):
    exercise, value, says, answers = read(path)
    found = judge(exercise, value, deployed(monkeypatch, answers))
    if path.stem.startswith("good"):
        assert (found.verdict, found.hint) == ("right", ""), found.sentence
    else:
        assert found.verdict == "not yet"
        assert says and (found.sentence == says or says in found.sentence.splitlines()[0])
        assert found.hint


@pytest.mark.parametrize("number", ALL)
def test_every_exercise_has_a_good_and_several_bad_submissions(number):
    name = number.replace(".", "_")
    stems = [path.stem for path in FILES]
    assert any(stem.startswith(f"good_{name}") for stem in stems)
    assert sum(stem.startswith(f"bad_{name}") for stem in stems) >= 3


def test_every_chapter_has_one_to_three_exercises():
    numbers = [chapter.number for chapter in course.CHAPTERS if chapter.teaches]
    counts = [sum(one.chapter == number for one in ALL.values()) for number in numbers]
    assert numbers[0] == 1 and numbers[-1] == 99 and set(counts) <= {1, 2, 3}


@pytest.mark.parametrize("number", ALL)
def test_the_solution_is_right_as_it_is_printed(number, monkeypatch):
    arn = "arn:aws:lambda:us-east-1:000000000000:function:LanguageModelLambda-1a2b3c4"
    space = {"aws": aws, "pulumi": pulumi, "json": __import__("json"), "function_arn": arn,
             "path_below": chat.path_below, "path_method": limits.path_method,
             "proxy_integration": limits.proxy_integration,
             "replace": replace, "date": date, "timedelta": timedelta,
             "counter": budget, "outputs": lambda: OUTPUTS}  # fmt: skip
    solution = ALL[number].solution
    exec(solution, space)  # noqa: S102 - as a learner pastes it
    name = re.match(r"(?:def )?(\w+)", solution)[1]
    good = next(path for path in FILES if path.stem == f"good_{number.replace('.', '_')}")
    outputs = deployed(monkeypatch, read(good)[3])
    value = [space[name], MINE] if number == "26.2" else space[name]  # with the stack that has it
    assert judge(ALL[number], value, outputs).verdict == "right"


def stub():
    """Later."""


@pytest.mark.parametrize(
    "value",
    [..., None, [...], {"a": {"b": [1, ...]}}, lambda: ..., stub, {"x": ..., "y": True}],
    ids=range(7),
)
@pytest.mark.parametrize("number", ["1.1", "4.1", "7.1"])
def test_a_blank_is_not_tried(number, value):
    found = judge(ALL[number], value, {})
    assert found.verdict == "not tried" and ALL[number].task in found.sentence


@pytest.mark.parametrize("value", [0, "", [], {}, False, lambda: 1, print, {"a": None}])
def test_what_is_empty_but_written_is_no_blank(value):
    assert not blank(value)


def test_a_list_that_holds_itself_is_no_endless_blank():
    value = []
    value.append(value)
    assert not blank(value)


def test_a_grader_that_fails_blames_itself():
    def fails(value, outputs):
        raise KeyError("by design")

    found = judge(Exercise("9.9", "t", fails, "h", "s", "u"), 1, {})
    assert found.verdict == "error"
    assert found.sentence == "The checker failed, not you: KeyError: 'by design'"


@pytest.mark.parametrize(
    "value",
    [42, "x", b"\xff", [1], {1: 2}, {"Version": "2012-10-17", "Statement": [1]}, object(), float,
     {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "a", "Condition": 3}]},
     {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sts:AssumeRole"],
                                             "Principal": {"Service": {}}}},
     lambda *_: 1 / 0, lambda: None, print, {"statusCode": [], "body": []}],
    ids=range(14),
)  # fmt: skip
@pytest.mark.parametrize("number", ALL)
def test_no_value_makes_a_grader_fail(number, value):
    assert judge(ALL[number], value, {}).verdict in ("not yet", "not tried")


def test_check_hint_and_solution_are_for_the_same_exercise():
    assert exercises.check("3.1", ...).verdict == "not tried"
    assert exercises.hint("3.1").state()["hint"] == ALL["3.1"].hint
    assert exercises.solution("3.1").state()["solution"] == ALL["3.1"].solution


def test_an_unknown_exercise_names_those_of_its_chapter():
    with pytest.raises(LabError) as caught:
        exercises.check("3.9", 1)
    assert caught.value.fix == "There are: 3.1, 3.2."
    with pytest.raises(LabError, match="1.1, 1.2, 2.1"):
        exercises.hint("thirty")


# What exercise 7.1 teaches is what the program does.

EDITS = {
    "authorization of the method": {"modelMethod": {"authorization": "AWS_IAM"}},
    "timeout of the integration": {"modelIntegration": {"timeout_milliseconds": 5000}},
    "memory of the function": {"LanguageModelLambda": {"memory_size": 3538}},
    "name of the stage": {"languageModelStage": {"stage_name": "v2"}},
    "who may call (resource policy)": {"languageModelApiPolicy": {"policy": "{}"}},
    "retention of the log": {"languageModelLogs": {"retention_in_days": 30}},
}


def digest(edits):
    """The digest of the program's deployment, with some arguments of some resources changed."""

    def step():
        original = pulumi.Resource.__init__

        def changed(self, kind, name, custom, props=None, *rest, **more):
            vars(props).update(edits.get(name, {})) if name in edits else None
            original(self, kind, name, custom, props, *rest, **more)

        def keep(*parts):
            usual(*parts).apply(found.append)
            return usual(*parts)

        usual, deployment.digest = deployment.digest, keep
        pulumi.Resource.__init__ = changed
        try:
            program.gateway(Settings(model_layer=False, logging_role="own"))
        finally:
            pulumi.Resource.__init__ = original
            deployment.digest = usual

    found = []
    mocks.run(step)
    return found[0]


def test_exercise_7_1_says_what_the_program_does():
    before = digest({})
    assert set(EDITS) == set(ch07.REDEPLOYS) == set(ch07.WHY)
    assert {name: digest(edit) != before for name, edit in EDITS.items()} == ch07.REDEPLOYS


def test_an_address_that_means_nothing_any_more_is_gone_too(monkeypatch):
    """On AWS the host name of an API that is deleted is known to nobody."""
    answers = [of_function(200)]

    def send(method, url):
        if not answers:
            raise NotYet(f"Nothing answers at {url}: ConnectionError.", "")
        return answers.pop()

    monkeypatch.setattr(calls, "send", send)
    monkeypatch.setattr(ch99, "_stands", lambda step: stood())
    found = judge(ALL["99.2"], read(FOLDER / "ch99" / "good_99_2.py")[1], {})
    assert found.verdict == "right" and "GET /hello finds nobody" in found.sentence


# Mocks


def test_mocks_leave_the_settings_of_this_kernel_alone():
    from pulumi.runtime.settings import SETTINGS

    before = (SETTINGS.monitor, SETTINGS.project, SETTINGS.stack)
    assert [one.kind for one in mocks.run(model.api_role)] == ["Role"]
    assert (SETTINGS.monitor, SETTINGS.project, SETTINGS.stack) == before


def test_a_step_without_end_is_given_up_on(monkeypatch):
    monkeypatch.setattr(mocks, "LIMIT", 0.05)
    release = threading.Event()
    with pytest.raises(mocks.StepFailed, match="did not end within"):
        mocks.run(lambda: release.wait(5))
    release.set()
    for thread in threading.enumerate():  # what it leaves would be seen by a later test
        if thread.name == "exercise":
            thread.join(5)
