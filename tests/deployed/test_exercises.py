"""Solutions of chapters 19 to 21 that deploy: wrong before they are deployed, right afterwards."""

import json

import pulumi_aws as aws
import pytest

from gateway import chat, limits
from lab.checks import ch19, ch20, ch21
from lab.exercise.state import RIGHT, judge

CALLS = {one.id: one for file in (ch19, ch20, ch21) for one in file.EXERCISES if one.calls}


@pytest.fixture(scope="module")
def solved():
    """What the solutions define, by their names."""
    space = {
        "aws": aws,
        "json": json,
        "path_below": chat.path_below,
        "path_method": limits.path_method,
        "proxy_integration": limits.proxy_integration,
    }
    for one in CALLS.values():
        exec(one.solution, space)  # noqa: S102 - as a learner pastes it
    return space


class Key:
    """The teams' keys, as outputs cover them."""

    def __init__(self, keys):
        self.reveal = lambda: keys


def verdicts(deployed, solved):
    outputs = {**deployed.outputs, "team_keys": Key(deployed.keys)}
    named = {number: one.solution.split("(")[0][4:] for number, one in CALLS.items()}
    return {number: judge(CALLS[number], solved[name], outputs) for number, name in named.items()}


def test_solutions_that_deploy_are_right_once_they_are_deployed(whole, changed, solved):
    assert list(CALLS) == ["19.2", "20.1", "21.2"]
    before = verdicts(whole, solved)
    # The whole gateway has /responses and /messages: 20.1 is looked at below, without them.
    assert {before[number].verdict for number in ("19.2", "21.2")} == {"not yet"}

    def chat_schema(settings):
        return solved["few_tools"](chat.chat_schema(settings))

    def chat_completions(*ways):
        return chat.chat_completions(*ways) + solved["any_shape"](*ways)

    def dialect_limits(settings, rest_api, stage, logging):
        return [solved["count_limit"](rest_api, stage)]

    cells = {"chat_schema": chat_schema, "chat_completions": chat_completions,
             "dialect_limits": dialect_limits}  # fmt: skip
    found = verdicts(changed(cells), solved)
    assert {number: one.verdict for number, one in found.items()} == dict.fromkeys(CALLS, RIGHT), [
        one.sentence for one in found.values()
    ]
