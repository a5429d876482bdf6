"""The judgement on an account: each thing that is wrong fails with its own fix, and only it."""

from dataclasses import replace

import pytest

from lab.account import costs
from lab.account.facts import Account, Caller, Quota
from lab.account.judge import judge
from lab.account.view import AccountPreflight

ME = Caller("env", "123456789012", "arn:aws:sts::123456789012:assumed-role/Deployer/me")
GOOD = Account(
    cli="Pulumi CLI v3.250.0",
    plugin="v7.51.1",
    caller=ME,
    region="eu-central-1",
    regions=("eu-central-1", "us-east-1"),
    stack="dev",
    concurrency=1000,
    quotas=(Quota("REST APIs", 3, 1, 600),),
    role="arn:aws:iam::123456789012:role/logs",
    needed=True,
    tagged=0,
    denied=(),
    actions=99,
    declared={"aws:iam/role:Role": 4, "aws:apigateway/restApi:RestApi": 1},
    idle=3.5,
    thousand=0.09,
)


def bad(**change):
    return {"caller": Caller("sso", **{"profile": "work", **change})}


WRONG = {
    "Pulumi CLI": ({"cli": None}, "https://www.pulumi.com/docs/iac/download-install/"),
    "Region": ({"region": ""}, "pulumi config set aws:region us-east-1"),
    "Region misspelt": ({"region": "eu-centrl-1"}, "pulumi config set aws:region eu-central-1"),
    "credentials: none": (bad(error="NoCredentials"), "aws sso login --profile work"),
    "credentials: expired": (bad(error="ExpiredTokenException"), "aws sso login --profile work"),
    "credentials: no sign-in": (bad(error="UnauthorizedSSOTokenError"), "aws sso login"),
    "credentials: key": (bad(error="UnrecognizedClientException"), "aws configure list"),
    "credentials: secret": (bad(error="SignatureDoesNotMatch"), "paste both again"),
    "credentials: clock": (bad(error="RequestTimeTooSkewed"), "timedatectl"),
    "credentials: profile": (bad(error="ProfileNotFound"), "export AWS_PROFILE"),
    "credentials: network": (bad(error="ConnectTimeoutError"), "curl -I https://sts.amazonaws.com"),
    "credentials: unheard of": (bad(error="Teapot"), "aws sts get-caller-identity --profile work"),
    "Lambda": ({"concurrency": 10, "reserve": 5}, "gateway:modelConcurrency"),
    "quotas": ({"quotas": (Quota("usage plans", 299, 2, 300),)}, "Service Quotas"),
    "role for logs": ({"role": ""}, "pulumi config set gateway:loggingRole own"),
    "rights": ({"denied": ("iam:CreateRole", "s3:PutObject")}, "deployer_policy(...)"),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_thing_wrong_is_one_failure_with_its_fix(name):
    change, fix = WRONG[name]
    failed = [line for line in judge(replace(GOOD, **change)) if line.state == "fail"]
    assert [name.startswith(line.name) for line in failed] == [True]
    assert fix in failed[0].fix and "{" not in failed[0].fix
    assert "\n" not in failed[0].found


def test_a_good_account_has_only_ok_lines():
    assert {(line.state, line.fix) for line in judge(GOOD)} == {("ok", "")}
    assert AccountPreflight(judge(GOOD)).ready


def test_who_and_where_are_shown_and_never_a_secret():
    lines = {line.name: line.found for line in judge(GOOD)}
    assert lines["credentials"] == "account 123456789012, as assumed-role/Deployer/me"
    assert lines["Region"] == "eu-central-1"


def test_without_region_or_credentials_nothing_else_is_asked():
    lines = {line.name: line.state for line in judge(replace(GOOD, **bad(error="ExpiredToken")))}
    assert lines["account"] == "later" and "quotas" not in lines
    assert lines["costs"] == "ok" == lines["will be made"]


@pytest.mark.parametrize(
    ("seconds", "state"), [(3600.0, "ok"), (300.0, "warning"), (-5.0, "warning")]
)
def test_credentials_that_end_soon_are_told(seconds, state):
    line = next(
        line
        for line in judge(replace(GOOD, caller=replace(ME, seconds=seconds)))
        if line.name == "credentials"
    )
    assert (line.state, f"{max(0, seconds) / 60:.0f} minutes" in line.found) == (state, True)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"concurrency": None}, "Lambda"),
        ({"concurrency": 10}, "Lambda"),
        ({"quotas": ()}, "quotas"),
        ({"role": None}, "role for logs"),
        ({"tagged": None}, "there already"),
        ({"tagged": 7}, "there already"),
        ({"denied": None}, "rights"),
        ({"idle": None}, "costs"),
    ],
)
def test_what_could_not_be_asked_or_may_surprise_is_a_warning(change, name):
    lines = judge(replace(GOOD, **change))
    assert [line.name for line in lines if line.state == "warning"] == [name]


def test_a_chapter_without_logs_needs_no_role():
    lines = {line.name: line.state for line in judge(replace(GOOD, role=None, needed=False))}
    assert lines["role for logs"] == "ok"


def test_at_rest_alarms_and_machines_cost():
    alarms = {"aws:cloudwatch/metricAlarm:MetricAlarm": 5, "aws:cloudwatch/dashboard:Dashboard": 1}
    assert costs.at_rest({}, 0) == 0
    assert costs.at_rest(alarms, 0) == pytest.approx(3.5)
    one, three = (costs.at_rest({costs.BALANCER: 1}, number) for number in (1, 3))
    assert one == pytest.approx(86, abs=1)  # as gateway/README.md has it
    assert three == pytest.approx(one + 2 * 69.4, abs=1)
    assert costs.thousand() == pytest.approx(0.09, abs=0.01)
