"""The preflight asks over HTTP; and who has the least policy, and no more, deploys and destroys."""

import http.server
import json
import os
import subprocess
import sys
import threading

import boto3
import pytest

from lab import aws_preflight, deployer_policy
from lab.exporting.export import export
from lab.session import session
from sandbox import cloud, engine
from tests import chapters
from tests.lab.session.stacks import as_notebook

pytestmark = pytest.mark.timeout(300)
# What the emulator asks for without a resource where AWS asks for one; of these the action counts.
NAMELESS = ("autoscaling", "cloudwatch", "ec2", "elasticloadbalancing", "ssm")
NAMELESS_ACTIONS = ("dynamodb:ListTagsOfResource", "lambda:CreateFunction")
# And what it calls by another action's name: one alias is read with GetAlias.
MISNAMED = {"lambda:GetAlias": "lambda:ListAliases"}
INSTANCES = {"instances": 1, "candidate_instances": 1, "first_backend": "instances"}
SETTINGS = {
    "modelLayer": "false",
    "loggingRole": "own",
    "instances": "1",
    "candidateInstances": "1",
    "candidateSystemPrompt": "Be brief.",
    "firstBackend": "instances",
    "publishVersions": "true",
}


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    """A sandbox of its own, in which nothing is deployed; the environment that reaches it."""
    home = tmp_path_factory.mktemp("kit")
    with as_notebook(home):
        session.open_session(1)
        engine.ensure_language_host(engine.find(), home)
        os.environ.update(cloud.environment(home))
        boto3.DEFAULT_SESSION = None
        yield home
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def environment(kit, monkeypatch):
    """Sets variables for a while."""
    yield monkeypatch.setenv
    boto3.DEFAULT_SESSION = None


def lines(found):
    return {line.name: line for line in found.lines}


def test_an_empty_account_is_told_all_at_once(kit):
    found = lines(aws_preflight(chapters.DIALECTS))
    assert found["credentials"].found == "account 000000000000, as root"
    assert found["Lambda"].found.startswith("1000 calls at once")
    assert found["quotas"].found.startswith("REST APIs 0 + 1 of 600, API keys 0 + 2")
    assert (found["role for logs"].state, found["rights"].state) == ("fail", "ok")
    assert "pulumi config set gateway:loggingRole own" in found["role for logs"].fix
    assert found["will be made"].found.startswith("92 resources: 10 Integration")
    assert found["there already"].state == "ok"
    told = aws_preflight(chapters.PLANS)
    assert told.ready and os.environ["AWS_SECRET_ACCESS_KEY"] not in told.text() + str(told.html())


def test_the_command_line_says_the_same(kit):
    def run(*arguments):
        command = [sys.executable, "-m", "lab.account", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    told = run(str(chapters.PLANS))
    assert (told.returncode, "account 000000000000" in told.stdout) == (0, True), told.stderr
    policy = json.loads(run(str(chapters.PLANS), "--policy", "--stack", "prod").stdout)
    assert ":function:prod-*" in json.dumps(policy)
    assert run("77").stderr.startswith("error: There is no chapter '77'")


def test_a_key_that_nobody_knows_and_one_with_a_wrong_secret(kit, environment):
    environment("AWS_SECRET_ACCESS_KEY", "wrong" * 8)
    assert lines(aws_preflight(chapters.PLANS))["credentials"].found.startswith(
        "the secret does not belong"
    )
    environment("AWS_ACCESS_KEY_ID", "AKIDNOBODY")
    told = lines(aws_preflight(chapters.PLANS))["credentials"]
    assert (told.state, "aws configure" in told.fix) == ("fail", True)
    assert "AKIDNOBODY" not in aws_preflight(chapters.PLANS).text()


def test_a_profile_that_is_not_there_and_a_region_that_is_none(kit):
    told = lines(aws_preflight(chapters.PLANS, profile="nobody"))["credentials"]
    assert told.found == "there is no such profile"
    told = lines(aws_preflight(chapters.PLANS, region="eu-centrl-1"))
    assert (told["Region"].state, told["credentials"].state) == ("fail", "later")


@pytest.mark.parametrize(
    ("code", "message", "found"),
    [
        ("ExpiredToken", "The security token included in the request is expired", "have expired"),
        ("SignatureDoesNotMatch", "Signature expired: 2020 is now earlier than 2026", "clock"),
        ("AccessDenied", "no", "refuses to say who you are"),
    ],
)
def test_what_aws_says_becomes_one_sentence(kit, environment, code, message, found):
    """In AWS's own form, from a stand-in: the sandbox's tokens do not expire."""
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender'
        f"</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    ).encode()

    class Sts(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(403)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        environment("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{server.server_port}")
        told = lines(aws_preflight(chapters.PLANS))["credentials"]
    finally:
        server.shutdown()
        server.server_close()
    assert told.state == "fail" and found in told.found
    assert told.fix


def deployer(policy):
    """A user with this policy, and what the emulator cannot ask for by name; the key."""
    iam = boto3.client("iam")
    iam.create_user(UserName="deployer")
    for number, part in enumerate(policy.parts):
        made = iam.create_policy(PolicyName=f"deployer-{number}", PolicyDocument=json.dumps(part))
        iam.attach_user_policy(UserName="deployer", PolicyArn=made["Policy"]["Arn"])
    nameless = [
        action
        for action in policy.actions
        if action.split(":")[0] in NAMELESS
        or action in NAMELESS_ACTIONS
        or action.endswith("InstanceProfile")
    ]
    nameless += [MISNAMED[action] for action in policy.actions if action in MISNAMED]
    statement = {"Effect": "Allow", "Action": nameless, "Resource": "*"}
    iam.put_user_policy(
        UserName="deployer",
        PolicyName="nameless",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@pytest.mark.quirk("rights-without-names")
def test_who_has_the_least_policy_deploys_refreshes_and_destroys_all_of_it(kit, tmp_path):
    """Every call that the provider makes is signed by the deployer, and AWS's rules decide on it."""
    policy = deployer_policy(chapters.WHOLE, publish_versions=True, **INSTANCES)
    mine = {**os.environ, **deployer(policy)}
    provider = subprocess.Popen(
        [sys.executable, "-m", "sandbox.provider", "--port=0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=mine,
    )
    mine["PULUMI_DEBUG_PROVIDERS"] = f"aws:{provider.stdout.readline().decode().strip()}"
    export(25, tmp_path / "mine")

    def pulumi(*arguments):
        done = subprocess.run(
            [engine.find().path, *arguments, "--non-interactive"],
            cwd=tmp_path / "mine",
            env=mine,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        return done.stdout

    try:
        pulumi("stack", "init", "dev")
        for name, value in SETTINGS.items():
            pulumi("config", "set", f"gateway:{name}", value)
        assert "created" in pulumi("up", "--yes")
        assert lines(aws_preflight(chapters.DIALECTS))["there already"].state == "warning"
        pulumi("refresh", "--yes", "--skip-preview")
        pulumi("destroy", "--yes", "--skip-preview")
    finally:
        provider.stdin.close()
        provider.wait(20)
        provider.stdout.close()


def test_who_lacks_a_right_is_told_which(kit, environment):
    iam = boto3.client("iam")
    iam.create_user(UserName="reader")
    rights = ["iam:SimulatePrincipalPolicy", "apigateway:GET", "lambda:GetAccountSettings"]
    statement = {"Effect": "Allow", "Action": rights, "Resource": "*"}
    iam.put_user_policy(
        UserName="reader",
        PolicyName="read",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    environment("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    environment("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    told = lines(aws_preflight(chapters.PLANS))
    assert (
        told["rights"].state == "fail" and "you may not apigateway:DELETE" in told["rights"].found
    )
    assert told["there already"].state == "warning"
