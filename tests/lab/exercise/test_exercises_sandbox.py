"""Solutions that deploy, deployed to a real gateway, and checked as a learner checks them."""

import inspect
import json
import re
from dataclasses import replace
from functools import partial

import boto3
import nbformat
import pulumi
import pulumi_aws as aws

from gateway import api, auth, budget, limits, logs, metrics, model
from gateway import deployment as file
from gateway.policies import policy_document
from lab.exercise import exercises
from lab.exporting.export import export
from lab.session import session
from sandbox.home import backend_url
from tests import chapters
from tools.notebooks import NOTEBOOKS

# Those that want conversations and dialects are deployed in tests/deployed/test_exercises.py, those
# about instances in tests/deployed/test_homes.py.
ELSEWHERE = {"19.2", "20.1", "21.2"}
CALLS = [
    number
    for number, one in exercises.exercises().items()
    if one.calls and number not in ELSEWHERE and one.chapter < chapters.INSTANCES
]


def solved() -> dict[str, object]:
    """What the solutions define, by their names."""
    space: dict[str, object] = {
        "aws": aws, "pulumi": pulumi, "json": json, "outputs": session.outputs,
        "limits": limits, "counter": budget, "replace": replace,
        "api": api, "policy_document": policy_document,
    }  # fmt: skip
    given(space, "03_rest_api", "openapi", "notesPolicy")
    for number in CALLS:
        exec(exercises.exercises()[number].solution, space)  # noqa: S102 - as a learner pastes it
    return space


def named(number: str) -> str:
    found = re.match(r"(?:def )?(\w+)", exercises.exercises()[number].solution)
    assert found is not None
    return found[1]


def verdicts(space: dict[str, object], numbers: list[str]) -> dict[str, str]:
    checked = {number: exercises.check(number, space[named(number)]) for number in numbers}
    print("\n".join(f.text() for f in checked.values() if f.verdict != "right"))
    return {number: found.verdict for number, found in checked.items()}


def cell(page, word):
    """The code cell of a page in which this word stands."""
    cells = nbformat.read(NOTEBOOKS / f"{page}.ipynb", as_version=4).cells
    (code,) = (one.source for one in cells if one.cell_type == "code" and word in one.source)
    return code


def given(space, page, *words):
    """What a page gives besides: those of its cells in which these words stand."""
    for word in words:
        exec(cell(page, word).partition("\nup()")[0], space)  # noqa: S102 - as a learner runs it


def new_day():
    """Nobody has used a token yet."""
    tables, table = boto3.client("dynamodb"), session.outputs()["budget_table"]
    for item in tables.scan(TableName=table)["Items"]:
        tables.delete_item(TableName=table, Key={"id": item["id"]})


def watching(space):
    """The steps of the pages on logs, metrics and alarms, with what the solutions change in them."""

    def log_fields(*given):
        return space["with_agent"](logs.log_fields(*given))

    def prompt_limit(settings, rest_api, stage, logging):
        return limits.prompt_limit(settings, rest_api, stage, space["quiet"](logging))

    def metrics_variables(*given):
        return space["company"](metrics.metrics_variables(*given))

    def alarms(settings, rest_api, stage, access_logs):
        usual = metrics.alarms(settings, rest_api, stage, access_logs)
        return [*usual, space["refused_alarm"](rest_api, stage)]

    return {"log_fields": log_fields, "prompt_limit": prompt_limit,
            "metrics_variables": metrics_variables, "alarms": alarms}  # fmt: skip


def limiting(space):
    """The steps of the pages on keys and limits: a third team's key, its plan, a path that is checked."""

    def team_keys(settings):
        return {**auth.team_keys(settings), **space["joined"]()}

    def usage_plans(settings, rest_api, stage, keys):
        limits.plan_member("planKey-red", space["class_plan"](rest_api, stage), keys["red"])
        known = {team: keys[team] for team in settings.teams}
        return limits.usage_plans(settings, rest_api, stage, known)

    def prompt_check(settings, rest_api, path, access, invocation):
        made = limits.prompt_check(settings, rest_api, path, access, invocation)
        return made + space["feedback"](rest_api, access, invocation)

    return {"team_keys": team_keys, "usage_plans": usage_plans, "prompt_check": prompt_check}


def test_solutions_that_deploy_are_right_once_they_are_deployed(gateway):
    space = solved()

    def model_path(rest_api):
        path = api.model_path(rest_api)
        mock(space["named"](rest_api, path))
        return path

    def deployment(rest_api, parts, declared):
        for name in ("tea", "health", "machines", "unknown"):
            parts += space[name](rest_api)
        return file.deployment(rest_api, parts, declared)

    def stage(settings, rest_api, deployment, logging):
        space["preview"](rest_api, deployment)
        return file.stage(settings, rest_api, deployment, logging)

    def encrypted_only(proof, rest_api):
        read = pulumi.Output.concat(rest_api.execution_arn, "/*/GET/")
        may = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}
        names = [read.apply(lambda known, name=name: known + name) for name in ("tea", "health")]
        return [*auth.encrypted_only(proof, rest_api), {**may, "Resource": names}]

    def code_of(folder):
        if folder != "model":
            return model.code_of(folder)
        return pulumi.AssetArchive({"handler.py": pulumi.StringAsset(space["teapot"])})

    mine = {step.__name__: step for step in (model_path, deployment, stage, encrypted_only)}
    mine["resource_policy"] = space["resource_policy"]
    mine |= watching(space) | limiting(space)
    alone = {"5.2": {"code_of": code_of}, "13.2": {"budget_variables": space["fair"]}}
    others = [number for number in CALLS if number not in alone]
    assert len(CALLS) >= 14 and verdicts(space, CALLS) == dict.fromkeys(CALLS, "not yet")
    session.own_names = partial(dict, mine)
    try:
        session.up()
        assert verdicts(space, others) == dict.fromkeys(others, "right")
        for number, steps in alone.items():  # in the model's place; and with few tokens for all
            session.own_names = partial(dict, steps)
            session.up()
            new_day()
            assert verdicts(space, [number]) == {number: "right"}
    finally:
        session.own_names = dict
        session.up()  # without what was removed before: it was served until now
    assert verdicts(space, CALLS) == dict.fromkeys(CALLS, "not yet")


def mock(method):
    """What page 04 gives: API Gateway answers by itself, with the name in the path."""
    at = {
        "rest_api": method.rest_api,
        "resource_id": method.resource_id,
        "http_method": method.http_method,
    }
    said = aws.apigateway.Integration(
        "namedMock",
        type="MOCK",
        **at,
        request_templates={"application/json": '{"statusCode": 200}'},
    )
    fine = aws.apigateway.MethodResponse("namedFine", status_code="200", **at)
    aws.apigateway.IntegrationResponse(
        "namedAnswer",
        status_code="200",
        response_templates={"application/json": """{"name": "$input.params('name')"}"""},
        **at,
        opts=pulumi.ResourceOptions(depends_on=[said, fine]),
    )


def test_a_folder_with_a_step_of_ones_own_is_deployed_and_called(gateway, tmp_path):
    """Exercise 26.2, with the page's own cells but for the solution."""
    file, found = tmp_path / "solution.py", []
    file.write_text(exercises.exercises()["26.2"].solution + "\n", encoding="utf-8")
    small = tmp_path / "small"
    export(6, small)
    (tmp_path / "backend").mkdir()
    state = {"PULUMI_BACKEND_URL": backend_url(tmp_path)}
    space = {
        "small": small, "plain": (small / "program.py").read_text("utf-8"), "aws": aws,
        "inspect": inspect, "pulumi": pulumi, "automation": pulumi.automation,
        "opts": pulumi.automation.LocalWorkspaceOptions(env_vars=state),
        "check": lambda *given: found.append(exercises.check(*given)),
    }  # fmt: skip
    exec(compile(file.read_text("utf-8"), file, "exec"), space)  # noqa: S102 - as a learner pastes it
    blank, _, rest = cell("26_take_it_home", "signed.py").partition("head =")
    assert blank.split() == ["def", "signed(rest_api):", "..."]
    exec("head =" + rest, space)  # noqa: S102 - as a learner runs it
    try:
        assert [one.verdict for one in found] == ["right"], found[0].text()
    finally:
        exec(cell("26_take_it_home", "remove=True"), space)  # noqa: S102 - as a learner runs it
    assert exercises.check("26.2", [space["signed"], space["mine"]]).verdict == "not yet"
