"""Solutions of chapters 19 to 21 that deploy: wrong before they are deployed, right afterwards."""

import json

import pulumi_aws as aws
import pytest

from gateway import chat, dialects, limits
from lab.checks import ch19, ch20, ch21
from lab.exercise.state import RIGHT, judge
from lab.session.results import Secret

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


def verdicts(deployed, solved):
    outputs = {**deployed.outputs, "team_keys": Secret("team_keys", lambda _: deployed.keys)}
    named = {number: one.solution.split("(")[0][4:] for number, one in CALLS.items()}
    return {number: judge(CALLS[number], solved[name], outputs) for number, name in named.items()}


def test_solutions_that_deploy_are_right_once_they_are_deployed(whole, changed, solved):
    assert list(CALLS) == ["19.2", "20.1", "21.2"]
    before = verdicts(whole, solved)
    # 20.1 finds /responses there already; below, that is taken away.
    assert [one.verdict for one in before.values()] == ["not yet", RIGHT, "not yet"]

    def chat_schema(settings):
        return solved["few_tools"](chat.chat_schema(settings))

    def chat_completions(rest_api, access, rules, invocation):
        usual = chat.chat_completions(rest_api, access, rules, invocation)
        return usual + solved["any_shape"](rest_api, access, invocation)

    def other_dialects(settings, *ways):  # without /responses, which any_shape stands for
        return dialects.dialect("messages", dialects.messages_schema(settings), *ways)

    def dialect_limits(settings, rest_api, stage, logging):
        return [solved["count_limit"](rest_api, stage)]

    mine = {
        each.__name__: each
        for each in (chat_schema, chat_completions, other_dialects, dialect_limits)
    }
    changed(mine)
    found = verdicts(changed(mine), solved)  # what was removed is served until then
    said = [one.sentence for one in found.values()]
    assert [one.verdict for one in found.values()] == [RIGHT] * len(CALLS), said
