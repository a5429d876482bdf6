"""The policy tester against the sandbox's own gateway: what it foretells is what happens."""

import itertools
import json

import boto3
import pytest

from lab.errors import LabError
from lab.policy import policy_tester as policies
from lab.policy.decision import ALLOWED, OTHERWISE, UNSURE
from lab.policy.policy_tester import policy_tester
from lab.session import session
from sandbox.server.base.settings import client as environment_of
from sandbox.urls import invoke_url
from tests.lab.policy.policy_views import ONLY_OFFICE
from tests.sandbox.server.conftest import account
from tests.sandbox.server.shapes import document, uri

__all__ = ["account"]  # a fixture

KEY = "bLue0123456789abcdefghijklmnopqrstuvwxyz"

AUTHORIZE = """
import json

def handler(event, context):
    token = event["headers"]["Authorization"].removeprefix("Bearer ")
    if token == "a-key-that-nobody-has-made":
        raise Exception("Unauthorized")
    effect = {"allow": "Allow", "deny": "Deny"}.get(token, "Allow")
    arn = event["methodArn"].split("/")[0]
    arn += "/v9/*" if token == "nothing" else "/*"
    one = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": arn}
    return {"principalId": "me", "usageIdentifierKey": token,
            "policyDocument": {"Version": "2012-10-17", "Statement": [one]}}
"""


class Real:
    """An API with GET /signed, /asked (by an authorizer), /open and /keyed, and its tester."""

    def __init__(self, account):
        self.account, self.api = account, account.api(apiKeySource="AUTHORIZER")
        function = account.function(AUTHORIZE)
        authorizer = account.gateway.create_authorizer(
            restApiId=self.api.id, name="a", type="REQUEST", authorizerUri=uri(function),
            identitySource="method.request.header.Authorization", authorizerResultTtlInSeconds=0,
        )["id"]  # fmt: skip
        self.api.may_invoke(function, f"/authorizers/{authorizer}")
        asked = {"authorizationType": "CUSTOM", "authorizerId": authorizer}
        kinds = {"signed": {"authorizationType": "AWS_IAM"}, "asked": asked, "open": {},
                 "keyed": {**asked, "apiKeyRequired": "true"}}  # fmt: skip
        for part, settings in kinds.items():
            place = self.api.mock("hello", self.api.path(part))
            changes = [{"op": "replace", "path": f"/{n}", "value": v} for n, v in settings.items()]
            if changes:
                account.gateway.update_method(**place, patchOperations=changes)
        self.url = invoke_url(account.running.endpoint, self.api.id, "v1")

    def allow(self, *statements):
        """Another resource policy; without statements, none. Deployed."""
        text = document(*statements) if statements else ""
        change = {"op": "replace", "path": "/policy", "value": text}
        self.account.gateway.update_rest_api(restApiId=self.api.id, patchOperations=[change])
        self.api.deploy("v1")

    def about(self, effect, **more):
        """A statement about this API, and everyone."""
        return {"Effect": effect, "Principal": "*", "Action": "execute-api:Invoke",
                "Resource": f"{self.api.arn}/*", **more}  # fmt: skip

    def tester(self):
        return policy_tester(url=self.url)


@pytest.fixture(scope="module")
def real(account):
    return Real(account)


@pytest.fixture(autouse=True)
def aws(real, monkeypatch):
    """boto3 as a notebook has it."""
    running = real.account.running
    for name, value in environment_of(running.endpoint, running.key).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setattr(session, "_session", None)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the keys of another sandbox


EFFECTS = {"allow": ["Allow"], "deny": ["Deny"], "nothing": []}


@pytest.mark.parametrize("own, resource", list(itertools.product(EFFECTS, repeat=2)))
def test_an_iam_user_is_judged_as_the_gateway_judges(real, own, resource):
    iam, name = real.account.iam, f"user-{own}-{resource}"
    iam.create_user(UserName=name)
    for effect in EFFECTS[own]:
        one = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": f"{real.api.arn}/*"}
        iam.put_user_policy(UserName=name, PolicyName="mine", PolicyDocument=document(one))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    real.allow(*(real.about(e) for e in EFFECTS[resource]))
    found = real.tester().explain(
        "GET", "/signed", f"user/{name}", send=True,
        credentials=(key["AccessKeyId"], key["SecretAccessKey"]),
    )  # fmt: skip
    assert found.agrees, found.text()
    assert found.allowed is ("deny" not in (own, resource) and "allow" in (own, resource))
    assert key["SecretAccessKey"] not in found.text() + json.dumps(found.state())


@pytest.mark.parametrize("own, resource", list(itertools.product(EFFECTS, repeat=2)))
def test_a_token_is_judged_as_the_gateway_judges(real, own, resource):
    real.allow(*(real.about(e) for e in EFFECTS[resource]))
    returned = {"Effect": (EFFECTS[own] or ["Allow"])[0], "Action": "execute-api:Invoke",
                "Resource": f"{real.api.arn}/{'v9/' if own == 'nothing' else ''}*"}  # fmt: skip
    found = real.tester().explain(
        "GET", "/asked", "bearer", policy={"Statement": [returned]}, send=True, credentials=own
    )
    assert found.agrees, found.text()
    assert found.allowed is ("deny" not in (own, resource) and "allow" in (own, resource))


OFFICE = {"Condition": {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}}
HERE = {"Condition": {"NotIpAddress": {"aws:SourceIp": ["127.0.0.0/8"]}}}


@pytest.mark.parametrize(
    "listed, allowed",
    [
        ([("Allow", {})], True), ([("Allow", {}), ("Deny", OFFICE)], False),
        ([("Allow", {}), ("Deny", HERE)], True), ([], True),
        ([("Allow", {"Principal": {"AWS": "000000000000"}})], False),
        ([("Allow", {"Resource": "execute-api:/*/GET/open"})], True),
        ([("Allow", {"Resource": "execute-api:/*/POST/open"})], False),
    ],
)  # fmt: skip
def test_without_authorization_the_policy_is_judged_as_the_gateway_judges(real, listed, allowed):
    real.allow(*(real.about(effect, **more) for effect, more in listed))
    found = real.tester().explain("GET", "/open", send=True)
    assert found.agrees and found.allowed is allowed, found.text()


@pytest.mark.parametrize(
    "caller, path, status",
    [("anonymous", "/asked", 401), ("unknown key", "/asked", 401), ("anonymous", "/signed", 403),
     ("anonymous", "/nowhere", 403), ("unknown key", "/signed", 403), ("me", "/signed", None)],
)  # fmt: skip
def test_who_is_refused_or_let_in_gets_the_status_that_was_told(real, caller, path, status):
    real.allow()
    found = real.tester().explain("GET", path, caller, send=True)
    assert found.agrees and found.status == status, found.text()


def test_a_team_needs_its_key_in_a_plan_of_the_stage(real, monkeypatch):
    real.allow()
    monkeypatch.setattr(policies, "_teams", lambda url: lambda: {"blue": KEY})
    gateway, told = real.account.gateway, []
    key = gateway.create_api_key(name="blue", value=KEY, enabled=True)["id"]
    stage = [{"apiId": real.api.id, "stage": "v1"}]
    for step in ("none", "plan"):
        if step == "plan":
            plan = gateway.create_usage_plan(name="blue", apiStages=stage)["id"]
            gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
        found = real.tester().explain("GET", "/keyed", "blue", send=True)
        assert found.agrees, found.text()
        told.append(found.verdict)
        for form in (found.text(), str(found.html()), json.dumps(found.state()), repr(found)):
            assert KEY not in form
    assert told == [OTHERWISE, ALLOWED]


def test_what_is_not_the_real_call_is_not_compared(real):
    real.allow()
    made = real.tester()
    elsewhere = made.explain("GET", "/open", source_ip="192.0.2.7", send=True)
    assert elsewhere.agrees is None and "it came from 127.0.0.1" in elsewhere.text()
    given = policy_tester(url=real.url, resource_policy=ONLY_OFFICE).explain(
        "GET", "/open", send=True
    )
    assert given.agrees is None and "the one that was given" in given.text()
    signed = made.explain("GET", "/signed", "iam", send=True)
    assert signed.agrees is None and "your own keys" in signed.text()


def test_the_policies_of_groups_and_roles_are_read_and_a_boundary_is_told(real):
    iam = real.account.iam
    grant = document({"Effect": "Allow", "Action": "execute-api:*", "Resource": "*"})
    managed = iam.create_policy(PolicyName="invoke-all", PolicyDocument=grant)["Policy"]["Arn"]
    iam.create_user(UserName="grouped")
    iam.create_group(GroupName="callers")
    iam.attach_group_policy(GroupName="callers", PolicyArn=managed)
    iam.add_user_to_group(UserName="grouped", GroupName="callers")
    real.allow()
    made = real.tester()
    found = made.explain("GET", "/signed", "user/grouped")
    assert found.allowed and "the policy invoke-all on group/callers" in found.reason
    role = real.account.role("lambda.amazonaws.com", json.loads(grant)["Statement"][0])
    assert made.explain("GET", "/signed", f"role/{role.rsplit('/', 1)[1]}").allowed
    iam.put_user_permissions_boundary(UserName="grouped", PermissionsBoundary=managed)
    assert made.explain("GET", "/signed", "user/grouped").verdict == UNSURE
    with pytest.raises(LabError, match="user/nobody cannot be read"):
        made.explain("GET", "/signed", "user/nobody")


def test_a_table_over_the_real_api_is_sent_and_agrees(real):
    real.allow(real.about("Allow"))
    found = real.tester().table(["GET /open", "GET /asked", "GET /signed"],
                                ["anonymous", "unknown key", "me"], send=True)  # fmt: skip
    everyone = real.tester().table(send=True)
    assert {row[1].split(",")[0] for row in everyone.rows} == {"anonymous", "unknown key", "me"}
    assert "0 of them answered otherwise" in everyone.text(), everyone.text()
    counted = "9 calls: 4 allowed, 4 denied, 1 cannot be decided; 9 sent, 0 of them answered other"
    assert found.text().startswith(counted), found.text()


def test_an_api_that_is_gone_is_told(real):
    gone = invoke_url(real.account.running.endpoint, "zzzzzzzzzz", "v1")
    with pytest.raises(LabError, match="The API zzzzzzzzzz cannot be read"):
        policy_tester(url=gone)
