"""Errors of the engine, of providers and of Python, as one sentence with its fix."""

import json
import traceback
from pathlib import Path

import pulumi_aws as aws
import pytest

from lab import errors
from lab.deploy.explain import explain, of_exception, own_lines

RAISED = json.loads((Path(__file__).parents[2] / "data" / "streams" / "raised.json").read_text())


@pytest.mark.parametrize(
    ("said", "what", "fix"),
    [
        (
            "aws:iam/role:Role resource 'r': property assumeRolePolicy value {{}} has a problem: x",
            "r: the argument `assume_role_policy` with the value '{}' is refused: x",
            "Change `assume_role_policy`",
        ),
        (
            "Duplicate resource URN 'urn:pulumi:a::b::aws:iam/role:Role::r'; try giving it a …",
            "Two resources of one type have the name 'r'.",
            "another name",
        ),
        (
            "aws (resource) plugin [aws] did not begin responding to RPC connections",
            "The sandbox's provider does not answer.",
            "Run up() again",
        ),
        (
            'Could not connect to the endpoint URL: "http://x:1/"',
            "does not answer at http://x:1/",
            "",
        ),
        ("write /a/b: no space left on device", "The disk is full.", "Free some space"),
        ("ExpiredTokenException: The security token", "have expired", "Sign in again"),
        ("incorrect passphrase", "another passphrase", ""),
        (
            "BadRequestException: No integration defined for method",
            "A method of the API leads nowhere",
            "up(5, delete=True)",
        ),
        (
            "an unhandled error occurred: Missing required property 'role'",
            "The argument `role` is missing.",
            "`role`",
        ),
    ],
)
def test_a_known_message_is_one_sentence_and_its_fix(said, what, fix):
    message, how = explain(said)
    assert what in message
    assert "\n" not in message
    assert fix in how


def test_an_unknown_message_stays_as_it_is():
    said = "creating API Gateway Stage (v1): operation error API Gateway: CreateStage, …"
    assert explain(f"  {said}\n") == (said, "")


def test_braces_in_a_message_are_text():
    assert explain("Missing required property 'x' {0} {nope}")[0] == "The argument `x` is missing."


def test_the_engines_copy_of_a_traceback_is_the_learners_lines():
    said = [e["diagnosticEvent"]["message"] for e in RAISED if "diagnosticEvent" in e]
    [trace] = {explain(m) for m in said if "Traceback" in m}
    assert trace[0].splitlines() == [
        "ValueError: the learner's mistake",
        "  lab/record_streams.py, line 55, in raises",
        '    raise ValueError("the learner\'s mistake")',
    ]


def test_a_misspelled_argument_is_put_right():
    with pytest.raises(TypeError) as raised:
        aws.iam.Role("r", asume_role_policy="{}")
    message, fix = of_exception(raised.value)
    assert message.splitlines()[0] == "Role has no argument `asume_role_policy`."
    assert fix == "Did you mean `assume_role_policy`?"


def test_an_argument_that_is_nothing_like_any_lists_them():
    with pytest.raises(TypeError) as raised:
        aws.iam.Role("r", zzz=1)
    fix = of_exception(raised.value)[1]
    assert fix.startswith("It takes: ") and fix.endswith(".")
    names = fix.removeprefix("It takes: ").removesuffix(".").split(", ")
    assert "assume_role_policy" in names and names == sorted(names)


def test_only_the_learners_frames_are_shown():
    try:
        json.loads("{")
    except ValueError as error:
        lines = own_lines("".join(traceback.format_exception(error)))
    assert len(lines) == 2
    assert lines[1] == '    json.loads("{")'


def test_a_cell_is_called_a_cell():
    trace = 'Traceback:\n  File "/tmp/ipykernel_12/345.py", line 3, in stage\n    1 / 0\n'
    assert own_lines(trace) == ["  this cell, line 3, in stage", "    1 / 0"]


def test_an_exception_without_words_is_named():
    assert of_exception(KeyError())[0].splitlines()[0] == "KeyError"


def test_errors_show_in_a_notebook_as_their_message_with_the_fix_last():
    error = errors.DeployError("The role is refused.\nIt is too wide.", "Narrow it.")
    assert error._render_traceback_() == [
        "DeployError:",
        "  The role is refused.",
        "  It is too wide.",
        "  Fix: Narrow it.",
    ]
    assert str(error).splitlines()[-1] == "Fix: Narrow it."


def test_an_interrupt_is_not_caught_as_an_error():
    assert not issubclass(errors.Stopped, Exception)
    assert issubclass(errors.Stopped, KeyboardInterrupt)
