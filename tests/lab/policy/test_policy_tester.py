"""The policy tester: its forms, its callers by name, and its comparison with the real gateway."""

import itertools
import json

import ipywidgets
import pytest

from lab.errors import LabError, NotReady
from lab.policy import tester as policies
from lab.policy.callers import Callers
from lab.policy.decision import ALLOWED, BY_NOTHING, BY_STATEMENT, OTHERWISE, UNSURE
from lab.policy.deployed import place
from lab.policy.tester import policy_tester
from lab.policy.view import Case, PolicyTable, Trial
from lab.prompt import keys
from lab.prompt.state import Reply
from lab.session import session
from sandbox.server.base.settings import client as environment_of
from sandbox.urls import invoke_url
from tests.lab.policy.policy_views import (
    ARN,
    ONLY_OFFICE,
    People,
    api,
    granted,
    policy,
    sample,
    statement,
)
from tests.sandbox.server.conftest import account
from tests.sandbox.server.shapes import document, uri

__all__ = ["account"]  # a fixture

LOCAL = "http://127.0.0.1:1/_aws/execute-api/a1b2c3d4e5/v1"
KEY = "bLue0123456789abcdefghijklmnopqrstuvwxyz"

# Without a network


def made_up(**more):
    return policy_tester(resource_policy=None, authorization="NONE", **more)


@pytest.fixture
def closed(monkeypatch):
    """No session is open, and none may be opened."""
    monkeypatch.setattr(session, "_session", None)
    monkeypatch.setattr(session, "open_session", None)


def test_an_api_can_be_made_up(closed):
    made = policy_tester(resource_policy=policy(statement(resource="*")), authorization="AWS_IAM")
    assert made.calls() == ["POST /model"]
    assert made.explain("GET", "/model", "iam").verdict == ALLOWED
    assert made.explain("GET", "/model", "anonymous").status == 403
    assert made_up().explain().verdict == ALLOWED
    with pytest.raises(LabError, match="nothing to call"):
        made.explain("GET", "/model", send=True)


def test_without_a_stage_the_chapter_that_makes_it_is_named(monkeypatch):
    monkeypatch.setattr(session, "outputs", dict)
    with pytest.raises(NotReady, match="'invoke_url'") as caught:
        policy_tester()
    assert "up(6)" in caught.value.fix


def test_an_unknown_authorization_names_the_known_ones(closed):
    with pytest.raises(LabError, match="AWS_IAM"):
        policy_tester(authorization="IAM")


@pytest.mark.parametrize(
    "url, found",
    [
        (LOCAL, ("a1b2c3d4e5", "v1")),
        ("https://a1b2.execute-api.eu-west-1.amazonaws.com/v1/", ("a1b2", "v1")),
        ("https://example.org/v1", None), ("https://a.execute-api.r.amazonaws.com", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_api_is_read_from_its_invoke_url(url, found):
    if found:
        assert place(url) == found
    else:
        with pytest.raises(LabError, match="no invoke URL"):
            place(url)


def callers(url=LOCAL, **teams):
    return Callers(api(), url, lambda: teams)


@pytest.mark.parametrize(
    "name, more, says",
    [
        ("eve", {}, "There is no caller 'eve'"), ("bearer", {"token": "old"}, "no token 'old'"),
        ("iam", {"source_ip": "here"}, "'here' is no IP address"),
    ],
)  # fmt: skip
def test_what_is_not_known_names_what_is(name, more, says):
    with pytest.raises(LabError, match=says):
        callers().make(name, **more)


def test_a_callers_address_is_known_in_the_sandbox_only():
    assert callers().make("anonymous").source_ip == "127.0.0.1"
    assert callers("https://a.execute-api.r.amazonaws.com/v1").make("iam").source_ip == ""


def test_an_explanation_gives_its_facts():
    found = sample().explain("post", "/model", source_ip="203.0.113.9")
    assert (found.verdict, found.allowed, found.status) == (BY_STATEMENT, False, 403)
    assert 'statement 2, "OnlyOffice"' in found.reason and found.agrees is None
    assert found.text().startswith("✗ denied by a statement: Deny (statement 2")
    assert json.loads(json.dumps(found.state())) == found.state()
    unsure = sample(api("NONE", "{")).explain()
    assert unsure.allowed is None and unsure.text().startswith("! cannot decide: the resource")


def test_a_statement_that_did_not_matter_is_told_too():
    unknown = statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    found = sample(api("NONE", policy(unknown, statement()))).explain()
    assert found.allowed and "Whatever it says: Allow (statement 1)" in found.text()


@pytest.mark.parametrize(
    "status, agrees, says",
    [(403, True, "It agrees."), (401, False, "DISAGREES"), (200, False, "DISAGREES"),
     (429, False, "DISAGREES")],
)  # fmt: skip
def test_the_gateways_own_answer_stands_beside(status, agrees, says):
    people = People(status)
    found = sample(people=people).explain("POST", "/model", send=True)
    assert people.sent == 1 and found.agrees is agrees and says in found.text()


def test_what_limits_refuse_has_passed():
    headers = {"x-amzn-RequestId": "r", "x-amzn-ErrorType": "TooManyRequestsException"}
    for status, passed in ((429, True), (400, True), (500, True), (403, False), (401, False)):
        assert Trial(Reply(status, headers, "", 0.1)).passed is passed
    assert Trial(Reply(403, {"x-amzn-RequestId": "r"}, "", 0.1)).passed, "the function's own 403"


def test_an_authorizer_that_fails_has_decided_nothing():
    headers = {"x-amzn-RequestId": "r", "x-amzn-ErrorType": "AuthorizerConfigurationException"}
    trial = Trial(Reply(500, headers, '{"message":null}', 0.1))
    for made in (sample(), sample(api("NONE"))):
        decision = made.explain().case.decision
        assert trial.agrees(decision) is None and not trial.passed
        assert "its authorizer failed" in trial.sentence(decision)


def test_a_table_has_every_call_for_every_caller_grouped_by_verdict():
    found = sample(api(policy=policy(statement()))).table()
    assert [row[:3] for row in found.rows] == [
        ("POST /model", "blue, from 203.0.113.10", ALLOWED),
        ("GET /models/model", "blue, from 203.0.113.10", ALLOWED),
        ("POST /model", "anonymous, from 203.0.113.10", OTHERWISE),
        ("GET /models/model", "anonymous, from 203.0.113.10", OTHERWISE),
    ]
    assert found.text().startswith("4 calls: 2 allowed, 2 denied, 0 cannot be decided")


@pytest.mark.parametrize("number", [0, 1, 200, 10_000])
def test_a_long_table_is_a_window_and_says_so(number):
    case = sample().explain().case
    found = PolicyTable([Case("GET", f"/{n}", case.caller, case.decision) for n in range(number)])
    assert found.html().count("<tr>") <= 201 and len(found.html()) < 64_000
    assert ("200 shown: name fewer" in found.text()) == (number > 200)


# The live form


def every(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child)


def live(of=None, people=None):
    made = sample(of, people)
    made.live()
    return made, made._controls


def test_every_control_is_labelled():
    fields = (ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Dropdown, ipywidgets.Button)
    found = [one for one in every(live()[1].box) if isinstance(one, fields)]
    assert len(found) == 8 and all(one.description for one in found)
    assert [one.description for one in found[:3]] == ["Caller", "Token", "Method"]


def test_the_buttons_explain_what_the_fields_say(monkeypatch):
    monkeypatch.setenv("KIT_STRICT", "1")
    people = People(403)
    made, controls = live(people=people)
    controls.caller.value, controls.source_ip.value = "blue", "192.0.2.7"
    controls.policy.value = json.dumps(granted("Deny"))
    controls.explain.click()
    assert made.last.decision.verdict == BY_STATEMENT and people.sent == 0
    assert "denied by a statement" in controls.status.value
    controls.policy.value, controls.path.value = "", "/other"
    controls.compare.click()
    assert people.sent == 1 and made.last.path == "/other"
    assert made.last.trial is not None and "It agrees." in made.text()


@pytest.mark.parametrize("button", ["explain", "compare"])
def test_a_handler_that_fails_is_shown(monkeypatch, button):
    monkeypatch.setenv("KIT_STRICT", "0")
    made, controls = live()
    controls.policy.value = "{"
    getattr(controls, button).click()
    assert made.state()["state"] == "failed"
    assert "The policy is no JSON" in controls.status.value and "no JSON" in made.text()
    controls.policy.value = ""
    controls.explain.click()
    assert made.state()["state"] == "done"


# Against the sandbox's own gateway

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
def aws(request, monkeypatch):
    """boto3 as a notebook has it, where a test uses the sandbox."""
    if "real" in request.fixturenames:
        running = request.getfixturevalue("real").account.running
        for name, value in environment_of(running.endpoint, running.key).items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        monkeypatch.setattr(session, "_session", None)


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


def test_only_the_open_stacks_teams_are_callers(monkeypatch, closed):
    assert "blue" not in made_up().callers.names()
    monkeypatch.setattr(keys, "team_keys", lambda: {"blue": KEY})
    assert "blue" not in made_up().callers.names()
    monkeypatch.setattr(session, "_session", object())
    monkeypatch.setattr(session, "outputs", dict)
    assert "blue" in made_up().callers.names()
    found = made_up().explain("POST", "/model", "blue", key=True)
    assert found.allowed and KEY not in repr(found)


def test_what_nothing_allows_says_which_statement_would(closed):
    found = policy_tester(resource_policy=policy(statement(resource=f"{ARN}/v9/*"))).explain()
    assert found.verdict == BY_NOTHING
    assert found.change.startswith("with a statement in the resource policy that allows")
