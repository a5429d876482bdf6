"""Solutions that deploy, deployed to a real gateway, and checked as a learner checks them."""

import json
from dataclasses import replace

import boto3
import pulumi
import pulumi_aws as aws

from gateway import auth, limits
from gateway import budget as counter
from gateway import deployment as file
from lab.exercise import exercises
from lab.session import session

CALLS = [number for number, one in exercises.exercises().items() if one.calls]


def solved() -> dict[str, object]:
    """What the solutions define, by their names."""
    space: dict[str, object] = {
        "aws": aws, "pulumi": pulumi, "json": json, "outputs": session.outputs,
        "limits": limits, "counter": counter, "replace": replace,
    }  # fmt: skip
    for number in CALLS:
        exec(exercises.exercises()[number].solution, space)  # noqa: S102 - as a learner pastes it
    return space


def verdicts(space: dict[str, object]) -> dict[str, str]:
    named = {number: exercises.exercises()[number].solution.split("(")[0][4:] for number in CALLS}
    return {number: exercises.check(number, space[name]).verdict for number, name in named.items()}


def new_day():
    """Nobody has used a token yet."""
    tables, table = boto3.client("dynamodb"), session.outputs()["budget_table"]
    for item in tables.scan(TableName=table)["Items"]:
        tables.delete_item(TableName=table, Key={"id": item["id"]})


def as_pages_have_them(space):
    """The steps that stand around the solutions on their pages."""

    def deployment(rest_api, parts, declared):
        for name in ("tea", "health", "machines", "unknown"):
            parts += space[name](rest_api)
        return file.deployment(rest_api, parts, declared)

    def encrypted_only(proof, rest_api):
        read = pulumi.Output.concat(rest_api.execution_arn, "/*/GET/")
        may = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
        names = [read.apply(lambda known, name=name: known + name) for name in ("tea", "health")]
        return [*auth.encrypted_only(proof, rest_api), {**may, "Resource": names}]

    def team_keys(settings):
        return {**auth.team_keys(settings), **space["joined"]()}

    def usage_plans(settings, rest_api, stage, keys):
        limits.plan_member("planKey-red", space["class_plan"](rest_api, stage), keys["red"])
        known = {team: keys[team] for team in settings.teams}
        return limits.usage_plans(settings, rest_api, stage, known)

    def prompt_check(settings, rest_api, path, access, invocation):
        made = limits.prompt_check(settings, rest_api, path, access, invocation)
        return made + space["feedback"](rest_api, access, invocation)

    def budget_variables(settings, budget):
        return space["fair"](settings, budget)

    return {
        "deployment": deployment,
        "encrypted_only": encrypted_only,
        "team_keys": team_keys,
        "usage_plans": usage_plans,
        "prompt_check": prompt_check,
        "budget_variables": budget_variables,
    }


def test_solutions_that_deploy_are_right_once_they_are_deployed(gateway):
    space = solved()
    assert set(verdicts(space).values()) == {"not yet"}
    mine = as_pages_have_them(space)
    session.own_names = lambda: mine
    try:
        session.up()
        new_day()
        assert CALLS == ["6.2", "8.1", "9.1", "10.2", "11.1", "12.1", "13.2", "18.2"]
        assert set(verdicts(space).items()) == {(number, "right") for number in CALLS}
    finally:
        session.own_names = dict
        session.up()
        session.up()  # what was removed is served until then
    assert set(verdicts(space).values()) == {"not yet"}
