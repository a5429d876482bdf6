"""The policy tester: its forms, its callers by name, and its controls."""

import json

import ipywidgets
import pytest

from lab.errors import LabError, NotReady
from lab.policy.callers import Callers
from lab.policy.case import Case, Trial
from lab.policy.decision import ALLOWED, BY_NOTHING, BY_STATEMENT, OTHERWISE
from lab.policy.deployed import place
from lab.policy.policy_tester import policy_tester
from lab.policy.view import PolicyTable
from lab.prompt import keys
from lab.prompt.state import Reply
from lab.session import session
from tests.lab.draw.live import every
from tests.lab.policy.policy_views import ARN, People, api, granted, policy, sample, statement

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


def live(of=None, people=None):
    made = sample(of, people)
    made.live()
    return made, made._controls


def test_every_control_is_labelled():
    fields = (ipywidgets.Text, ipywidgets.Textarea, ipywidgets.Dropdown, ipywidgets.Button)
    found = [one for one in every(live()[1].box) if isinstance(one, fields)]
    assert len(found) == 8 and all(one.description for one in found)
    assert [one.description for one in found[:3]] == ["Who calls", "Their token is", "Method"]


def test_the_buttons_explain_what_the_fields_say(strict):
    people = People(403)
    made, controls = live(people=people)
    controls.caller.value, controls.source_ip.value = "blue", "192.0.2.7"
    controls.policy.value = json.dumps(granted("Deny"))
    controls.explain.click()
    assert made.last.decision.verdict == BY_STATEMENT and people.sent == 0
    assert "denied by a statement" in made.text() and controls.status.value == ""
    controls.policy.value, controls.path.value = "", "/other"
    controls.compare.click()
    assert people.sent == 1 and made.last.path == "/other"
    assert made.last.trial is not None and "It agrees." in made.text()


def test_the_fields_and_the_code_form_say_what_is_explained():
    made, controls = live()
    assert 'explain("POST", "/model", caller="anonymous")' in made.text()
    made.explain("GET", "/models/gpt", caller="blue", policy={"Statement": []}, token="unknown")
    assert (controls.caller.value, controls.method.value) == ("blue", "GET")
    assert (controls.path.value, controls.token.value) == ("/models/gpt", "unknown")
    assert json.loads(controls.policy.value) == {"Statement": []}
    assert made.code_form() == (
        "policy_tester().explain('GET', '/models/gpt', caller='blue', "
        "policy={'Statement': []}, token='unknown')"
    )
    made.explain("POST", "/model", policy={"Statement": ["long"] * 20})
    assert made.code_form() == "policy_tester().explain('POST', '/model', policy=…)"
    assert made.code_form() in made.text()


def test_below_an_error_is_no_old_result(lenient):
    made, controls = live()
    made.explain()
    controls.policy.value = "{"
    controls.explain.click()
    assert "no JSON" in made.text() and "The gateway answers" not in made.text()
    assert "What the gateway asks" not in made.html()


@pytest.mark.parametrize("button", ["explain", "compare"])
def test_a_handler_that_fails_is_shown(lenient, button):
    made, controls = live()
    controls.policy.value = "{"
    getattr(controls, button).click()
    assert made.state()["state"] == "failed"
    assert "The policy is no JSON" in made.text()
    controls.policy.value = ""
    controls.explain.click()
    assert made.state()["state"] == "done"


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
