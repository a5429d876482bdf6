"""Conditions, statements, steps and flips to the letter: every outcome with its words."""

import itertools
import json

import pytest

from lab.policy.access import BY_IDENTITY, BY_RESOURCE, combined, decide
from lab.policy.authentication import ANONYMOUS, BEARER, SIGNED, USER, authenticate
from lab.policy.conditions import CannotTell, holds, matches, words
from lab.policy.decision import (
    ALLOWED,
    AUTHORIZER,
    BY_NOTHING,
    BY_STATEMENT,
    IDENTITY,
    OTHERWISE,
    PASSED,
    REFUSED,
    RESOURCE,
    SKIPPED,
    UNSURE,
    Caller,
    Decision,
    Step,
)  # fmt: skip
from lab.policy.flips import smallest
from lab.policy.routes import COGNITO, CUSTOM, IAM, NONE, Api, Route, route_of
from lab.policy.statements import (
    ALLOW,
    DENY,
    SILENT,
    Call,
    Doubt,
    Finding,
    Statement,
    combine,
    judge,
    statements,
    without,
)  # fmt: skip
from tests.lab.policy.policy_views import ARN, ONLY_OFFICE, api, granted, policy, statement

ACCOUNT, OTHER = "123456789012", "210987654321"
ADA = f"arn:aws:iam::{ACCOUNT}:user/ada"
BOB = f"arn:aws:iam::{OTHER}:user/bob"
CALLED = f"{ARN}/v1/POST/model"
CALL = Call(CALLED, own=ACCOUNT)
BY_ADA = Call(CALLED, ADA, ACCOUNT, ACCOUNT)

# Conditions


@pytest.mark.parametrize(
    "operator, wanted, actual, expected",
    [
        *((f"{kind}{name}", wanted, "7", expected)
          for kind in ("Numeric",)
          for name, wanted, expected in (
              ("Equals", 7, True), ("Equals", 8, False), ("NotEquals", 7, False),
              ("NotEquals", 8, True), ("LessThan", 7, False), ("LessThan", 8, True),
              ("LessThanEquals", 7, True), ("LessThanEquals", 6, False), ("GreaterThan", 7, False),
              ("GreaterThan", 6, True), ("GreaterThanEquals", 7, True), ("GreaterThanEquals", 8, False))),
        ("DateEquals", "2026-11-24T13:00:00+01:00", "2026-11-24T12:00:00Z", True),
        ("DateNotEquals", "2026-11-24T13:00:00+01:00", "2026-11-24T12:00:00Z", False),
        ("DateLessThan", "2026-11-24T12:00:01Z", "2026-11-24T12:00:00Z", True),
        ("DateGreaterThanEquals", "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z", True),
        ("StringNotLike", "a*", "abc", False), ("ArnEquals", "a*", "abc", True),
        ("ArnNotLike", "a*", "abc", False), ("ArnNotEquals", "b*", "abc", True),
        ("Bool", "TRUE", "true", True), ("NotIpAddress", "10.0.0.0/8", "10.0.0.1", False),
        ("StringEquals", [], "a", False), ("StringNotEquals", [], "a", True),
        ("STRINGEQUALS", "a", "a", True), ("IpAddress", "10.0.0.1/8", "10.9.9.9", True),
    ],
)  # fmt: skip
def test_operators_at_their_edges(operator, wanted, actual, expected):
    assert holds({operator: {"Some:Key": wanted}}, {"some:key": actual}) is expected


@pytest.mark.parametrize(
    "operator, expected",
    [("StringEquals", False), ("StringNotEquals", True), ("StringNotEqualsIgnoreCase", True),
     ("StringNotLike", True), ("ArnNotLike", True), ("NotIpAddress", True), ("NumericNotEquals", True),
     ("StringEqualsIfExists", True), ("NumericLessThanIfExists", True), ("Bool", False)],
)  # fmt: skip
def test_a_key_that_is_surely_absent(operator, expected):
    assert holds({operator: {"k": "1"}}, {"k": None}) is expected


@pytest.mark.parametrize(
    "wanted, actual, expected",
    [("true", None, True), ("true", "x", False), ("false", None, False), ("false", "x", True),
     (True, None, True), (["true"], None, True)],
)  # fmt: skip
def test_null_asks_whether_the_key_is_absent(wanted, actual, expected):
    assert holds({"Null": {"k": wanted}}, {"k": actual}) is expected


@pytest.mark.parametrize(
    "conditions, why",
    [
        ("x", "its Condition is no object"), ({"Bool": "x"}, "the condition Bool names no key"),
        ({"ForAllValues:StringLike": {"k": "a"}},
         "ForAllValues:StringLike compares sets, which this tester does not"),
        ({"Matches": {"k": "a"}}, "it does not know the operator Matches"),
        ({"Bool": {"Other": "a"}}, "the value of Other is not known here; give it: context={'Other': …}"),
        ({"Bool": {"k": ["a", "${x}"]}}, "Bool k has a policy variable"),
        ({"IpAddress": {"k": "10.0.0.0/99"}}, "'10.0.0.0/99' does not appear to be an IPv4 or IPv6 network"),
        ({"NumericEquals": {"k": "x"}}, "'10.0.0.1' or 'x' is no number"),
        ({"DateEquals": {"k": "x"}}, "'10.0.0.1' is no time such as 2026-11-24T12:00:00Z"),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_cannot_be_told_is_told_in_these_words(conditions, why):
    with pytest.raises(CannotTell) as told:
        holds(conditions, {"k": "10.0.0.1"})
    assert str(told.value) == why


def test_the_first_doubt_is_told_and_a_failure_settles_it():
    two = {"A": {"k": "1"}, "B": {"k": "1"}}
    with pytest.raises(CannotTell, match="operator A"):
        holds(two, {"k": "1"})
    assert holds({**two, "StringEquals": {"k": "2"}}, {"k": "1"}) is False
    assert holds(None, {}) is holds({}, {}) is holds([], {}) is True
    assert holds({"StringEquals": {"k": "1", "l": "2"}}, {"k": "1", "l": "3"}) is False


@pytest.mark.parametrize(
    "pattern, text, case, plain",
    [("a*c", "abbc", True, True), ("a?c", "abc", True, True), ("a?c", "abbc", False, False),
     ("A*", "abc", True, False), ("a.c", "abc", False, False), ("*", "a\nb", True, True),
     ("ab", "abc", False, False), ("bc", "abc", False, False)],
)  # fmt: skip
def test_patterns_are_whole_and_of_two_kinds(pattern, text, case, plain):
    assert matches(pattern, text, ignore_case=True) is case and matches(pattern, text) is plain


def test_a_pattern_of_many_stars_takes_no_longer_than_its_text():
    """A regular expression of this pattern takes longer than anybody waits."""
    assert not matches("a*" * 30 + "b", "a" * 2000)
    assert matches("a*" * 30 + "b", "a" * 2000 + "b")
    assert matches("?" * 2000 + "*", "a" * 2000) and not matches("?" * 2001 + "*", "a" * 2000)


def test_values_are_words_as_in_json():
    assert words("a") == ["a"] and words(["a", True, 7, False]) == ["a", "true", "7", "false"]
    assert words(("a",)) == ["a"] and words(None) == ["None"] and words([]) == []


# Statements


@pytest.mark.parametrize(
    "document, why",
    [("{", "it is no JSON"), ("[" * 100_000, "it is no JSON"), ("[]", "it is no object"),
     (7, "it is no object"), ({}, "it has no Statement"), ({"Statement": []}, "it has no Statement"),
     ({"Statement": "x"}, "it has no Statement"),
     ({"Statement": [{}, 7]}, "one of its statements is no object")],
    ids=range(8),
)  # fmt: skip
def test_what_is_no_policy_is_told(document, why):
    with pytest.raises(CannotTell) as told:
        statements(document, "it")
    assert str(told.value) == why
    found = judge(document, "it", CALL, principals=True)
    assert found == Finding(frozenset({ALLOW, DENY, SILENT}), doubts=(Doubt(None, why, "it"),))
    assert found.doubts[0].text == f"it cannot be evaluated: {why}"


def test_statements_are_numbered_and_named():
    one, two = statements(
        json.dumps({"Statement": [{"Effect": "Deny", "Sid": "S" * 70}, {}]}), "it"
    )
    assert (
        one.name == f'Deny (statement 1, "{"S" * 64}") of it'
        and two.name == "None (statement 2) of it"
    )
    assert statements({"Statement": {"Effect": "Allow"}}, "it") == [
        Statement("it", 1, {"Effect": "Allow"})
    ]
    assert Statement("it", 3, {"Effect": "E" * 50}).name == f"{'E' * 40} (statement 3) of it"
    assert Doubt(one, "why").text == f"{one.name} cannot be evaluated: why"


def test_a_policy_without_one_statement():
    document = {"Statement": [{"Sid": "a"}, {"Sid": "b"}]}
    assert without(document, 1) == {"Statement": [{"Sid": "b"}]}
    assert without(document, 3) == document and without({"Statement": {"Sid": "a"}}, 1) is None


def says(one, call=CALL, principals=True):
    return judge(policy(one), "it", call, principals=principals)


@pytest.mark.parametrize(
    "more, outcome",
    [
        ({}, ALLOW), ({"Action": "execute-api:*"}, ALLOW), ({"Action": ["x", "EXECUTE-API:invoke"]}, ALLOW),
        ({"Action": "execute-api:ManageConnections"}, SILENT), ({"Resource": "execute-api:/*"}, ALLOW),
        ({"Resource": "execute-api:/v1/POST/model"}, ALLOW), ({"Resource": "execute-api:/v2/*"}, SILENT),
        ({"Resource": ["x", f"{ARN}/v1/*"]}, ALLOW), ({"Resource": "*"}, ALLOW),
        ({"Principal": {"AWS": "*"}}, ALLOW), ({"Principal": {"AWS": ["x", "*"]}}, ALLOW),
        ({"Principal": {"AWS": ADA}}, SILENT), ({"Principal": {"Service": "x"}}, SILENT),
        ({"Condition": {"Bool": {"k": "true"}}}, ALLOW), ({"Condition": {"Bool": {"k": "false"}}}, SILENT),
        ({"Effect": "Deny"}, DENY),
    ],
    ids=range(16),
)  # fmt: skip
def test_a_statement_is_about_a_call_or_silent(more, outcome):
    call = Call(CALLED, own=ACCOUNT, values={"k": "true"})
    found = says({**statement(), **more}, call)
    assert found.only == outcome and found.doubts == () and found.notes == ()
    assert (found.decisive is None) == (outcome == SILENT)


def test_what_is_not_named_is_everything_else():
    base = {"Effect": "Allow", "Principal": "*"}
    assert says({**base, "NotAction": "s3:*", "Resource": "*"}).only == ALLOW
    assert says({**base, "NotAction": ["s3:*", "execute-api:*"], "Resource": "*"}).only == SILENT
    assert says({**base, "Action": "*", "NotResource": f"{ARN}/*"}).only == SILENT
    assert says({**base, "Action": "*", "NotResource": "arn:aws:s3:::x"}).only == ALLOW


@pytest.mark.parametrize(
    "one, why, outcomes",
    [
        ({"Effect": "Maybe"}, "its Effect is 'Maybe', not Allow or Deny", {ALLOW, DENY, SILENT}),
        ({"Effect": "Allow", "Resource": "*"}, "it has no Action", {ALLOW, SILENT}),
        ({"Effect": "Deny", "Action": "*"}, "it has no Resource", {DENY, SILENT}),
        ({"Effect": "Allow", "Action": "*", "Resource": "${x}"}, "its Resource has a policy variable",
         {ALLOW, SILENT}),
        ({"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": "*"},
         "NotPrincipal has rules of its own, which this tester does not know", {DENY, SILENT}),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"},
         "it names no Principal, and a resource policy has to", {DENY, SILENT}),
        ({"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "p" * 200},
         f"its Principal {'p' * 100!r} is none", {DENY, SILENT}),
    ],
    ids=range(7),
)  # fmt: skip
def test_a_statement_that_cannot_be_evaluated(one, why, outcomes):
    found = says(one)
    assert found.outcomes == outcomes and found.only == "" and found.decisive is None
    assert [doubt.why for doubt in found.doubts] == [why] and found.doubts[0].statement.number == 1


@pytest.mark.parametrize("name", ["Principal", "NotPrincipal"])
def test_only_resource_policies_name_a_principal(name):
    one = {"Effect": "Allow", "Action": "*", "Resource": "*", name: "*"}
    assert (
        says(one, principals=False).doubts[0].why
        == "it names a Principal, and only resource policies do"
    )
    assert judge(granted(), "it", CALL, principals=False).only == ALLOW


@pytest.mark.parametrize(
    "name, arn, account, outcome",
    [
        (ADA, ADA, ACCOUNT, ALLOW), (BOB, ADA, ACCOUNT, SILENT), (ACCOUNT, ADA, ACCOUNT, SILENT),
        (OTHER, BOB, OTHER, ALLOW), (f"arn:aws:iam::{OTHER}:root", BOB, OTHER, ALLOW),
        (f"arn:aws-cn:iam::{OTHER}:root", BOB, OTHER, ALLOW), (OTHER, ADA, ACCOUNT, SILENT),
        (f"arn:aws:iam::{ACCOUNT}:role/path/r", f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, ALLOW),
        (f"arn:aws:iam::{ACCOUNT}:role/r", f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, ALLOW),
        (f"arn:aws:iam::{ACCOUNT}:role/q", f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, SILENT),
        (f"arn:aws:iam::{OTHER}:role/r", f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, SILENT),
        (ADA, "", "", SILENT), (ACCOUNT, "", "", SILENT),
    ],
    ids=range(13),
)  # fmt: skip
def test_whom_a_statement_names(name, arn, account, outcome):
    call = Call(CALLED, arn, account, ACCOUNT)
    found = says({**statement(), "Principal": {"AWS": name}}, call)
    assert found.only == outcome
    note = (
        "Allow (statement 1) of it names the account only: the caller's identity policies decide.",
    )
    assert found.notes == (note if name == ACCOUNT and arn else ())
    denied = says({**statement("Deny"), "Principal": {"AWS": name}}, call)
    assert denied.only == (DENY if outcome == ALLOW or (name == ACCOUNT and arn) else SILENT)


def test_a_deny_wins_whatever_else_a_policy_says():
    deny, allow = statement("Deny"), statement()
    doubt = {"Effect": "Maybe"}
    for order in itertools.permutations([deny, allow, doubt]):
        found = judge(policy(*order), "it", CALL, principals=True)
        assert found.only == DENY and found.decisive.content is deny and len(found.doubts) == 1
    found = judge(policy(allow, statement(Sid="second")), "it", CALL, principals=True)
    assert found.decisive.number == 1, "the first one that decides"
    found = judge(
        policy(allow, {**deny, "Action": 7, "Resource": "${x}"}), "it", CALL, principals=True
    )
    assert found.outcomes == {ALLOW}
    found = judge(policy(allow, {**deny, "Resource": "${x}"}), "it", CALL, principals=True)
    assert found.outcomes == {ALLOW, DENY} and found.decisive.content is allow
    assert judge(None, "it", CALL, principals=True) == Finding(frozenset({SILENT}))


def finding(*outcomes, effect=None, why=(), notes=()):
    decisive = Statement("s", 1, {"Effect": effect}) if effect else None
    return Finding(frozenset(outcomes), decisive, tuple(Doubt(None, each) for each in why), notes)


def test_several_policies_together():
    allow, deny, silent = (
        finding(ALLOW, effect="Allow"),
        finding(DENY, effect="Deny"),
        finding(SILENT),
    )
    maybe = finding(ALLOW, SILENT, why=["w"], notes=("n",))
    unsure = finding(ALLOW, DENY, effect="Allow", why=["v"])
    assert combine([silent, allow, silent]) == allow and combine([allow, deny]) == deny
    assert combine([silent, silent]) == silent == combine([])
    assert combine([maybe, deny]) == Finding(frozenset({DENY}), deny.decisive, maybe.doubts, ("n",))
    assert combine([maybe, allow]) == Finding(
        frozenset({ALLOW}), allow.decisive, maybe.doubts, ("n",)
    )
    assert combine([maybe, silent]).outcomes == {ALLOW, SILENT}
    assert combine([maybe, silent]).doubts == maybe.doubts
    assert combine([unsure, silent]).outcomes == {ALLOW, DENY}
    assert combine([finding(DENY, SILENT, why=["u"]), allow]).outcomes == {ALLOW, DENY}
    assert combine([silent]).doubts == combine([allow]).doubts == ()


# Authentication


@pytest.mark.parametrize(
    "kind, caller, token, refusal, why",
    [
        (NONE, ANONYMOUS, "", None, "the method asks nobody who they are"),
        (IAM, ANONYMOUS, "valid", (403, "Missing Authentication Token"), "the request is not signed"),
        (IAM, BEARER, "valid",
         (403, "Invalid key=value pair (missing equal-sign) in Authorization header"),
         "the Authorization header holds a token, and no signature"),
        (IAM, SIGNED, "valid", None, "signed with keys that IAM knows"),
        (IAM, SIGNED, "expired", (403, "The security token included in the request is expired"),
         "signed with keys that are expired"),
        (IAM, SIGNED, "unknown", (403, "The security token included in the request is invalid."),
         "signed with keys that are unknown"),
        (CUSTOM, ANONYMOUS, "valid", (401, "Unauthorized"), "where is missing; the authorizer is not even asked"),
        (CUSTOM, BEARER, "", (401, "Unauthorized"), "where is missing; the authorizer is not even asked"),
        (CUSTOM, BEARER, "valid", None, "the authorizer knows the token, and returns a policy"),
        (CUSTOM, SIGNED, "valid", None,
         "the authorizer is asked about what this caller sends, and may answer anything"),
        (CUSTOM, BEARER, "unknown", (401, "Unauthorized"), "the authorizer does not know the token"),
        (COGNITO, BEARER, "valid", (401, "Unauthorized"), "there is no token of the user pool"),
        (COGNITO, USER, "unknown", (401, "Unauthorized"), "there is no token of the user pool"),
        (COGNITO, USER, "expired", (401, "The incoming token has expired"), "the token has expired"),
        (COGNITO, USER, "valid", None, "the token is one of the user pool"),
        (COGNITO, USER, "access", (401, "Unauthorized"), "this method takes an ID token"),
    ],
    ids=range(16),
)  # fmt: skip
def test_who_proves_who_they_are(kind, caller, token, refusal, why):
    route = Route("GET", "/x", kind, identity="where")
    assert authenticate(route, caller, token) == (refusal, why)


def test_scopes_want_an_access_token():
    route = Route("GET", "/x", COGNITO, scopes=("a/b",))
    assert authenticate(route, USER, "access") == (None, "the token is one of the user pool")
    assert authenticate(route, USER, "valid") == (
        (401, "Unauthorized"), "this method takes an access token with one of its scopes"
    )  # fmt: skip


# Routes


@pytest.mark.parametrize(
    "method, path, found",
    [
        ("GET", "/a", "GET /a"), ("POST", "/a", "ANY /a"), ("GET", "/b", "GET /{x}"),
        ("GET", "/a/b", "GET /a/{y}"), ("GET", "/a/b/c", "GET /a/{rest+}"), ("GET", "/b/c", "GET /{all+}"),
        ("GET", "/b/c/d/e", "GET /{all+}"), ("GET", "/", None), ("PUT", "/b", None),
        ("GET", "/a/b/", "GET /a/{y}"), ("GET", "a", "GET /a"), ("POST", "/a/b", None),
    ],
)  # fmt: skip
def test_the_most_definite_path_takes_a_call(method, path, found):
    paths = ["/{all+}", "/{x}", "/a/{rest+}", "/a/{y}", "/a"]
    routes = (Route("ANY", "/a"), *(Route("GET", each) for each in paths))
    route = route_of(Api("i", "s", "r", "a", routes), method, path)
    assert (route.name if route else None) == found


def test_a_rest_needs_something_to_take():
    one = Api("i", "s", "r", "a", (Route("GET", "/a/{rest+}"),))
    assert route_of(one, "GET", "/a") is None and route_of(one, "GET", "/a/b") is not None
    root = Api("i", "s", "r", "a", (Route("GET", "/{all+}"), Route("GET", "/")))
    assert route_of(root, "GET", "/").path == "/" and route_of(root, "GET", "/x").path == "/{all+}"


def test_what_a_route_and_an_api_are_unless_it_is_said():
    route, made = Route("GET", "/x"), Api("i", "s", "r", "a", ())
    assert (route.authorization, route.key_required, route.scopes) == ("NONE", False, ())
    assert route.identity == "method.request.header.Authorization"
    assert (made.policy, made.private, made.key_source) == (None, False, "HEADER")
    assert made.arn("GET", "/x/y/") == "arn:aws:execute-api:r:a:i/s/GET/x/y"
    caller = Caller()
    assert (caller.kind, caller.name, caller.token, caller.known, caller.key) == (
        "anonymous", "anonymous", "valid", True, False
    )  # fmt: skip
    assert (caller.arn, caller.account, caller.policies, caller.source_ip, caller.limits, caller.values) == (
        "", "", (), "", (), {}
    )  # fmt: skip
    assert Caller(arn=f"arn:aws:iam::{ACCOUNT}:root").root and not Caller(arn=ADA).root
    bare = Decision("v", "r", ())
    assert (bare.statement, bare.status, bare.message, bare.doubts, bare.notes) == (
        None,
        None,
        "",
        (),
        (),
    )
    assert (bare.allowed, bare.sure) == (False, True)
    assert Decision(ALLOWED, "", ()).allowed and not Decision(UNSURE, "", ()).sure


# Decisions


def steps(found):
    return [(step.name, step.outcome, step.why) for step in found.steps]


DENIED = "User: {} is not authorized to perform: execute-api:Invoke on resource: " + (
    "arn:aws:execute-api:us-east-1:********9012:a1b2c3d4e5/v1/POST/model"
)


def test_a_path_that_is_not_there():
    found = decide(api(NONE), Caller(), "post", "/nothing?x=1")
    why = "the API has no POST /nothing; API Gateway says so with 403"
    assert found == Decision(
        OTHERWISE, why, (Step("route", REFUSED, why),), None, 403, "Missing Authentication Token"
    )


def test_an_open_api_lets_everyone_in():
    found = decide(api(NONE), Caller(), "post", "/model?x=1")
    why = "the API has no resource policy, and is public"
    assert found == Decision(ALLOWED, why, found.steps)
    assert steps(found) == [
        ("route", PASSED, "ANY /model takes it, authorization NONE"),
        ("authentication", PASSED, "the method asks nobody who they are"),
        ("policies together", PASSED, why), ("API key", SKIPPED, "this method needs none"),
    ]  # fmt: skip


def test_the_resource_policy_alone():
    found = decide(api(NONE, policy(statement())), Caller(), "POST", "/model")
    by = "Allow (statement 1) of the resource policy"
    assert (found.verdict, found.reason, found.statement.name) == (ALLOWED, by, by)
    assert found.steps[2] == Step("policies together", PASSED, by)
    found = decide(api(NONE, policy(statement("Deny"))), Caller(), "POST", "/model")
    by = "Deny (statement 1) of the resource policy"
    assert (found.verdict, found.reason, found.statement.name, found.status) == (
        BY_STATEMENT,
        by,
        by,
        403,
    )
    assert found.message == DENIED.format("anonymous") + BY_RESOURCE
    assert found.steps[-1] == Step("policies together", REFUSED, by)
    found = decide(api(NONE, policy(statement(resource="x"))), Caller(), "POST", "/model")
    why = "no statement of the resource policy allows this call"
    assert (found.verdict, found.reason, found.status) == (BY_NOTHING, why, 403)
    assert found.message == DENIED.format("anonymous") and found.statement is None
    found = decide(api(NONE, private=True), Caller(), "POST", "/model")
    assert found.reason == "a private API without a resource policy lets nobody in"


def test_what_cannot_be_told_of_the_resource_policy():
    allow = statement(Condition={"Bool": {"aws:Other": "true"}})
    found = decide(api(NONE, policy(allow)), Caller(), "POST", "/model")
    doubt = ("Allow (statement 1) of the resource policy cannot be evaluated: the value of aws:Other is "
             "not known here; give it: context={'aws:Other': …}")  # fmt: skip
    assert (found.verdict, found.reason, found.status, found.message) == (UNSURE, doubt, None, "")
    assert [each.text for each in found.doubts] == [doubt]
    assert found.steps[2] == Step("policies together", UNSURE, doubt)
    deny = {**allow, "Effect": "Deny"}
    found = decide(api(NONE, policy(deny)), Caller(), "POST", "/model")
    assert (found.verdict, found.status, found.message) == (BY_NOTHING, 403, "")
    assert found.reason == "nothing allows it; besides, " + doubt.replace("Allow", "Deny")
    assert len(found.doubts) == 1
    assert decide(
        api(NONE, policy(allow)), Caller(values={"AWS:other": "true"}), "POST", "/model"
    ).allowed


@pytest.mark.parametrize(
    "key, value, private, known",
    [("aws:SecureTransport", "true", False, True), ("aws:RequestedRegion", "us-east-1", False, True),
     ("aws:ResourceAccount", ACCOUNT, False, True), ("aws:SourceIp", "192.0.2.7", False, True),
     ("aws:SourceVpc", "x", True, False), ("aws:SourceVpce", "x", True, False)],
)  # fmt: skip
def test_what_is_known_of_a_call(key, value, private, known):
    one = statement(Condition={"StringEquals": {key: value}})
    found = decide(
        api(NONE, policy(one), private=private), Caller(source_ip="192.0.2.7"), "POST", "/model"
    )
    assert found.allowed is known and found.sure is known
    other = statement(Condition={"StringEquals": {key: "another"}})
    found = decide(
        api(NONE, policy(other), private=private), Caller(source_ip="192.0.2.7"), "POST", "/model"
    )
    assert found.sure is known and not found.allowed


def test_vpcs_and_principals_are_surely_absent_in_a_public_call():
    for key in (
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:PrincipalArn",
        "aws:PrincipalAccount",
        "aws:username",
    ):
        one = statement(Condition={"Null": {key: "true"}})
        assert decide(api(NONE, policy(one)), Caller(), "POST", "/model").allowed
    one = statement(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}})
    assert not decide(api(NONE, policy(one)), Caller(), "POST", "/model").sure


def signed(*documents, arn=ADA, account=ACCOUNT, **more):
    named = tuple((f"policy {n}", each) for n, each in enumerate(documents, 1))
    return Caller(SIGNED, "ada", arn=arn, account=account, policies=named, **more)


def test_who_signed_is_known_by_arn_account_and_name():
    for key, value in (
        ("aws:PrincipalArn", ADA),
        ("aws:PrincipalAccount", ACCOUNT),
        ("aws:username", "ada"),
    ):
        own = granted(Condition={"StringEquals": {key: value}})
        assert decide(api(IAM), signed(own), "POST", "/model").allowed
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    own = granted(Condition={"Null": {"aws:username": "true"}})
    assert decide(api(IAM), signed(own, arn=role), "POST", "/model").allowed


def test_within_an_account_one_allow_is_enough():
    found = decide(api(IAM), signed(granted()), "POST", "/model")
    says = (
        "the identity policy says allow, the resource policy says nothing (table A, same account)"
    )
    by = "Allow (statement 1) of policy 1"
    assert (found.verdict, found.reason, found.statement.name) == (ALLOWED, by, by)
    assert found.steps[2] == Step("policies together", PASSED, f"{says}: {by}")
    found = decide(api(IAM, policy(statement())), signed(), "POST", "/model")
    assert found.allowed and found.reason == "Allow (statement 1) of the resource policy"
    found = decide(api(IAM), signed(), "POST", "/model")
    says = (
        "the identity policy says nothing, the resource policy says nothing (table A, same account)"
    )
    assert (found.verdict, found.reason, found.message) == (BY_NOTHING, says, DENIED.format(ADA))
    assert found.status == 403


def test_from_another_account_both_have_to_allow():
    bob = signed(granted(), arn=BOB, account=OTHER)
    says = "the identity policy says allow, the resource policy says nothing (table B, another account)"
    found = decide(api(IAM), bob, "POST", "/model")
    assert (found.verdict, found.reason, found.message) == (BY_NOTHING, says, DENIED.format(BOB))
    found = decide(api(IAM, policy(statement())), bob, "POST", "/model")
    assert found.allowed and found.reason == "Allow (statement 1) of policy 1"
    assert not decide(
        api(IAM, policy(statement())), signed(arn=BOB, account=OTHER), "POST", "/model"
    ).allowed


@pytest.mark.parametrize("own, how", [(granted("Deny"), BY_IDENTITY), (granted(), BY_RESOURCE)])
def test_a_deny_of_either_denies_and_says_of_which(own, how):
    resource = policy(statement("Deny")) if how == BY_RESOURCE else policy(statement())
    found = decide(api(IAM, resource), signed(own), "POST", "/model")
    of = "policy 1" if how == BY_IDENTITY else "the resource policy"
    assert (found.verdict, found.reason, found.status) == (
        BY_STATEMENT,
        f"Deny (statement 1) of {of}",
        403,
    )
    assert found.message == DENIED.format(ADA) + how
    assert found.steps[-1].why.endswith(f"(table A, same account): Deny (statement 1) of {of}")


def test_the_root_needs_no_policy():
    root = f"arn:aws:iam::{ACCOUNT}:root"
    found = decide(api(IAM), signed(arn=root), "POST", "/model")
    assert (found.verdict, found.reason) == (ALLOWED, "the account's root needs no policy")
    assert found.notes == ("The root of an account needs no policy.",) and found.statement is None


def test_what_limits_a_caller_besides_is_a_doubt():
    found = decide(api(IAM), signed(granted(), limits=("a boundary",)), "POST", "/model")
    says = "the identity policy says what cannot be told, the resource policy says nothing"
    doubt = "a boundary cannot be evaluated: this tester does not"
    assert (found.verdict, found.reason) == (UNSURE, f"{says} (table A, same account): {doubt}")
    assert decide(api(IAM), signed(limits=("a boundary",)), "POST", "/model").verdict == BY_NOTHING
    assert (
        decide(api(IAM), signed(granted("Deny"), limits=("x",)), "POST", "/model").verdict
        == BY_STATEMENT
    )


def test_what_an_identity_has_that_is_not_known():
    found = decide(api(IAM), signed(known=False), "POST", "/model")
    assert found.verdict == UNSURE
    assert "what it answers is not known; give it: policy={…}" in found.reason
    found = decide(api(IAM, policy(statement("Deny"))), signed(known=False), "POST", "/model")
    assert found.verdict == BY_STATEMENT
    found = decide(api(IAM), signed({"Statement": [{**granted()["Statement"][0], "Effect": "Deny",
                                                    "Resource": "${x}"}]}), "POST", "/model")  # fmt: skip
    assert found.verdict == BY_NOTHING and found.message == "" and len(found.doubts) == 1


def bearer(document=None, **more):
    named = (("the authorizer's policy", document),) if document else ()
    return Caller(BEARER, "blue", policies=named, **more)


def test_an_authorizer_answers_with_a_policy():
    found = decide(api(CUSTOM), bearer(granted()), "POST", "/model")
    by = "Allow (statement 1) of the authorizer's policy"
    says = "the authorizer says allow, the resource policy says nothing (table A, same account)"
    assert found.allowed and found.steps[2] == Step("policies together", PASSED, f"{says}: {by}")
    found = decide(api(CUSTOM), bearer(granted("Deny")), "POST", "/model")
    assert found.verdict == BY_STATEMENT
    assert found.message == "User is not authorized to access this resource" + BY_IDENTITY
    found = decide(api(CUSTOM), bearer(granted(resource="x")), "POST", "/model")
    assert (found.verdict, found.message) == (
        BY_NOTHING, "User is not authorized to access this resource"
    )  # fmt: skip


def test_an_explicit_deny_comes_before_the_authorizer():
    found = decide(api(CUSTOM, policy(statement("Deny"))), bearer(granted()), "POST", "/model")
    assert (found.verdict, found.message) == (
        BY_STATEMENT,
        DENIED.format("anonymous") + BY_RESOURCE,
    )
    assert [step.name for step in found.steps] == ["route", "resource policy, explicit deny"]
    found = decide(api(CUSTOM, policy(statement())), bearer(granted()), "POST", "/model")
    assert found.steps[1] == Step(
        "resource policy, explicit deny", PASSED,
        "no Deny is about this call; the authorizer is asked next",
    )  # fmt: skip
    maybe = statement("Deny", Condition={"Bool": {"aws:Other": "true"}})
    found = decide(api(CUSTOM, policy(statement(), maybe)), bearer(granted()), "POST", "/model")
    assert (found.verdict, found.steps[1].outcome) == (UNSURE, UNSURE)
    found = decide(api(CUSTOM, policy(maybe)), bearer(token="unknown"), "POST", "/model")
    assert (found.verdict, found.status, found.message) == (OTHERWISE, None, "")


def test_a_stranger_to_the_authorizer_cannot_be_told():
    found = decide(api(CUSTOM), signed(granted()), "POST", "/model")
    assert found.verdict == UNSURE
    assert (
        "the authorizer cannot be evaluated: what it answers is not known; give it: policy={…}"
        in found.reason
    )


def keyed(kind, **more):
    return Api(
        "a1b2c3d4e5", "v1", "us-east-1", ACCOUNT, (Route("ANY", "/model", kind, True),), **more
    )


@pytest.mark.parametrize(
    "made, caller, outcome, why",
    [
        (keyed(NONE), Caller(key=True), PASSED, "the caller's key is in a usage plan of this stage"),
        (keyed(NONE), Caller(key=False), REFUSED,
         "the caller has no API key that is in a usage plan of this stage"),
        (keyed(NONE), Caller(key=None), UNSURE,
         "whether this caller's key is in a usage plan of this stage is not known"),
        (keyed(NONE, key_source="AUTHORIZER"), Caller(key=True), REFUSED,
         "the caller has no API key that is in a usage plan of this stage"),
        (keyed(CUSTOM, key_source="AUTHORIZER"), bearer(granted(), key=True), PASSED,
         "the caller's key is in a usage plan of this stage"),
    ],
    ids=range(5),
)  # fmt: skip
def test_a_key_comes_last(made, caller, outcome, why):
    found = decide(made, caller, "POST", "/model")
    assert found.steps[-1] == Step("API key", outcome, why)
    if outcome == REFUSED:
        assert (found.verdict, found.reason, found.status, found.message) == (
            OTHERWISE, why, 403, "Forbidden"
        )  # fmt: skip


def test_authentication_is_a_step_with_its_answer():
    found = decide(api(IAM), Caller(), "POST", "/model")
    assert found.steps[-1] == Step("authentication", REFUSED, "the request is not signed")
    assert (found.verdict, found.status, found.message) == (
        OTHERWISE,
        403,
        "Missing Authentication Token",
    )


@pytest.mark.parametrize("own, resource", list(itertools.product([ALLOW, DENY, SILENT], repeat=2)))
def test_awss_tables(own, resource):
    denied = DENY in (own, resource)
    assert combined(own, resource, False) == (
        DENY if denied else ALLOW if ALLOW in (own, resource) else SILENT
    )
    assert combined(own, resource, True) == (
        DENY if denied else ALLOW if own == resource == ALLOW else SILENT
    )
    assert (RESOURCE, IDENTITY, AUTHORIZER) == (
        "the resource policy", "the identity policy", "the authorizer"
    )  # fmt: skip


# Flips


def flip(made, caller, path="/model"):
    found = smallest(made, caller, "POST", path, decide(made, caller, "POST", path))
    return (found.change, found.verdict) if found else None


CALL_ARN = f"execute-api:Invoke on {CALLED}"


@pytest.mark.parametrize(
    "made, caller, expected",
    [
        (api(NONE, policy(statement())), Caller(),
         ("without Allow (statement 1) of the resource policy", BY_NOTHING)),
        (api(NONE, policy(statement(), statement())), Caller(), None), (api(NONE), Caller(), None),
        (api(NONE, ONLY_OFFICE), Caller(source_ip="198.51.100.1"),
         ("from an address in 192.0.2.0/24", ALLOWED)),
        (api(NONE, policy(statement(), statement("Deny"))), Caller(),
         ("without Deny (statement 2) of the resource policy", ALLOWED)),
        (api(NONE, policy(statement("Deny"))), Caller(), None),
        (api(NONE, policy(statement(resource="x"))), Caller(),
         (f"with a statement in the resource policy that allows {CALL_ARN}", ALLOWED)),
        (api(CUSTOM), Caller(),
         ("with a token that the authorizer knows, in `Authorization: Bearer …`", ALLOWED)),
        (api(IAM), Caller(),
         (f"signed with IAM keys (SigV4) whose identity policy allows {CALL_ARN}", ALLOWED)),
        (api(IAM, policy(statement())), Caller(), ("signed with IAM keys (SigV4)", ALLOWED)),
        (api(COGNITO), Caller(), ("with an ID token of the user pool", ALLOWED)),
        (keyed(NONE), Caller(), ("with an API key in a usage plan of this stage", ALLOWED)),
        (api(IAM), signed(), (f"with an identity policy that allows {CALL_ARN}", ALLOWED)),
        (api(IAM), signed(granted()), ("without Allow (statement 1) of policy 1", BY_NOTHING)),
        (api(IAM), signed(granted(), granted("Deny")),
         ("without Deny (statement 1) of policy 2", ALLOWED)),
        (api(CUSTOM), bearer(granted(resource="x")),
         (f"with a statement in the resource policy that allows {CALL_ARN}", ALLOWED)),
        (api(NONE, "{"), Caller(), None),
    ],
    ids=range(17),
)  # fmt: skip
def test_the_smallest_change_that_turns_it_round(made, caller, expected):
    assert flip(made, caller) == expected


def test_an_access_token_where_scopes_are_wanted_and_nothing_for_no_path():
    made = Api("i", "s", "r", "a", (Route("ANY", "/model", COGNITO, scopes=("x",)),))
    assert flip(made, Caller()) == ("with an access token of the user pool", ALLOWED)
    assert flip(made, Caller(), "/nothing") is None


def test_a_resource_policy_sees_who_signed_only_where_signatures_are_asked_for():
    named = policy({**statement(), "Principal": {"AWS": ADA}})
    assert decide(api(IAM, named), signed(), "POST", "/model").allowed
    assert not decide(api(NONE, named), signed(), "POST", "/model").allowed
    anonymous = statement(Condition={"Null": {"aws:PrincipalArn": "true"}})
    assert decide(api(NONE, policy(anonymous)), signed(), "POST", "/model").allowed
    assert not decide(api(IAM, policy(anonymous)), signed(), "POST", "/model").allowed


def test_outcomes_and_verdicts_in_the_words_that_are_shown():
    assert (PASSED, REFUSED, UNSURE, SKIPPED) == ("passed", "refused", "cannot decide", "not asked")
    assert (ALLOWED, BY_STATEMENT, BY_NOTHING, OTHERWISE) == (
        "allowed", "denied by a statement", "denied because nothing allows it", "denied"
    )  # fmt: skip
    assert (ANONYMOUS, SIGNED, BEARER, USER) == ("anonymous", "iam", "bearer", "cognito")
