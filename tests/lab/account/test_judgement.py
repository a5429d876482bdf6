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


def test_what_was_not_asked_is_not_known_and_nothing_is_declared():
    facts = Account("v3", "v7", ME, "eu-central-1", ("eu-central-1",), "dev")
    assert [(line.name, line.state, line.found) for line in judge(facts)[4:]] == [
        ("Lambda", "warning", "how many calls at once it may serve could not be asked"),
        ("quotas", "warning", "could not be asked"),
        ("role for logs", "ok", "not needed before chapter 14"),
        ("there already", "warning", "what has the tags of dev could not be asked"),
        (
            "rights",
            "warning",
            "the least policy has 0 actions; whether you have them could not be asked",
        ),
        ("will be made", "ok", "0 resources: "),
        ("costs", "warning", "a price is not known"),
    ]
    assert (facts.wanted, facts.reserved, facts.reserve, facts.needed) == ("", 0, 0, False)
    assert facts.thousand is facts.idle is facts.concurrency is facts.denied is None


def test_of_a_caller_without_credentials_nothing_is_known():
    nobody = Caller()
    told = (nobody.found, nobody.account, nobody.arn, nobody.error, nobody.profile)
    assert told == ("",) * 5 and nobody.seconds is None


@pytest.mark.parametrize(
    ("code", "found"),
    [
        # What AWS STS, the sign-in service and botocore call it.
        *(
            (code, "expired")
            for code in ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
        ),
        ("TokenRefreshRequired", "expired"),
        *((code, "signed in") for code in ("SSOTokenLoadError", "UnauthorizedSSOTokenError")),
        *((code, "signed in") for code in ("TokenRetrievalError", "SSOError")),
        *((code, "access key") for code in ("InvalidClientTokenId", "UnrecognizedClientException")),
        ("SignatureDoesNotMatch", "secret"),
        ("InvalidSignatureException", "secret"),
        ("AccessDenied", "refuses to say"),
        ("AccessDeniedException", "refuses to say"),
        *((code, "cannot be reached") for code in ("EndpointConnectionError", "ReadTimeoutError")),
        *((code, "cannot be reached") for code in ("ConnectTimeoutError", "ProxyConnectionError")),
        *((code, "no credentials") for code in ("NoCredentials", "PartialCredentialsError")),
        ("NoCredentialsError", "no credentials"),
        ("RequestTimeTooSkewed", "clock is wrong"),
        ("ProfileNotFound", "no such profile"),
        ("Teapot", "AWS says Teapot"),
    ],
)
def test_an_error_of_aws_is_told_in_words(code, found):
    (line,) = (line for line in judge(replace(GOOD, **bad(error=code))) if line.state == "fail")
    assert found in line.found and "{" not in line.fix


@pytest.mark.parametrize(
    ("concurrency", "reserved", "reserve", "state"),
    [
        (1000, 0, 0, "ok"),
        (11, 0, 0, "ok"),
        (10, 0, 0, "warning"),  # a new account
        # AWS keeps 100 for functions without a reservation.
        (1000, 800, 100, "ok"),
        (1000, 800, 101, "fail"),
    ],
)
def test_a_reservation_leaves_a_hundred_calls_to_others(concurrency, reserved, reserve, state):
    facts = replace(GOOD, concurrency=concurrency, reserved=reserved, reserve=reserve)
    line = next(line for line in judge(facts) if line.name == "Lambda")
    assert line.state == state
    assert f"{concurrency} calls at once in all" in line.found
    if state == "fail":
        assert line.found.endswith("800 reserved: 101 more leave fewer than 100")


@pytest.mark.parametrize("used", [299, 300])
def test_a_quota_may_be_used_up_to_its_last(used):
    facts = replace(GOOD, quotas=(Quota("usage plans", used, 1, 300),))
    line = next(line for line in judge(facts) if line.name == "quotas")
    assert (line.state, line.found) == (
        "ok" if used == 299 else "fail",
        f"usage plans {used} + 1 of 300",
    )


@pytest.mark.parametrize(
    ("denied", "told"),
    [
        (("a:B",), "a:B (1 of 99)"),
        (("a:B", "a:C", "a:D"), "a:B, a:C, a:D (3 of 99)"),
        (("a:B", "a:C", "a:D", "a:E"), "a:B, a:C, a:D and more (4 of 99)"),
    ],
)
def test_three_denied_actions_are_named(denied, told):
    line = next(line for line in judge(replace(GOOD, denied=denied)) if line.name == "rights")
    assert line.found == f"you may not {told}"


def test_an_account_is_judged_line_by_line():
    assert [(line.name, line.found) for line in judge(GOOD)] == [
        ("Pulumi CLI", "Pulumi CLI v3.250.0"),
        ("AWS plugin", "v7.51.1"),
        ("Region", "eu-central-1"),
        ("credentials", "account 123456789012, as assumed-role/Deployer/me"),
        ("Lambda", "1000 calls at once in all"),
        ("quotas", "REST APIs 3 + 1 of 600"),
        ("role for logs", "logs"),
        ("there already", "nothing with the tags of the stack dev"),
        ("rights", "the least policy has 99 actions, and you have them"),
        ("will be made", "5 resources: 4 Role, 1 RestApi"),
        (
            "costs",
            (
                "about 3.50 US dollars a month at rest, and 0.09 for 1,000 prompts; "
                "list prices, some not checked lately"
            ),
        ),
    ]
