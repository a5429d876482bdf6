"""Policies: what a statement says of a call, the tables of outcomes, and what cannot be told."""

import itertools
import json

import pytest

from lab.policy.access import combined, decide
from lab.policy.authentication import ANONYMOUS, BEARER, SIGNED, USER
from lab.policy.conditions import CannotTell, holds, matches
from lab.policy.decision import ALLOWED, BY_NOTHING, BY_STATEMENT, OTHERWISE, UNSURE, Caller
from lab.policy.flips import smallest
from lab.policy.routes import Api, Route, route_of
from lab.policy.statements import ALLOW, DENY, SILENT, Call, combine, judge
from tests.lab.policy.policy_views import ARN, ONLY_OFFICE, api, granted, policy, statement

ACCOUNT = "123456789012"
ADA = f"arn:aws:iam::{ACCOUNT}:user/ada"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/caller/session"
CALL = Call(f"{ARN}/v1/POST/model", own=ACCOUNT, values={"aws:sourceip": "192.0.2.7"})
BY_ADA = Call(CALL.resource, ADA, ACCOUNT, ACCOUNT, CALL.values)

# Conditions

VALUES = {
    "aws:sourceip": "192.0.2.7", "aws:useragent": "curl/8", "aws:securetransport": "true",
    "aws:principaltag/age": "7", "aws:currenttime": "2026-11-24T12:00:00Z",
    "aws:principalarn": ADA, "aws:sourcevpce": None,
}  # fmt: skip


@pytest.mark.parametrize(
    "operator, key, wanted, expected",
    [
        ("StringEquals", "aws:UserAgent", "curl/8", True),
        ("StringEquals", "aws:UserAgent", ["wget", "curl/8"], True),
        ("StringEquals", "AWS:useragent", "CURL/8", False),
        ("StringEqualsIgnoreCase", "aws:UserAgent", "CURL/8", True),
        ("StringNotEquals", "aws:UserAgent", ["wget", "curl/8"], False),
        ("StringNotEqualsIgnoreCase", "aws:UserAgent", "CURL/8", False),
        ("StringNotEquals", "aws:UserAgent", ["wget", "lynx"], True),
        ("StringLike", "aws:UserAgent", "curl/?", True),
        ("StringLike", "aws:UserAgent", "CURL/*", False),
        ("StringNotLike", "aws:UserAgent", "curl/*", False),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/24", True),
        ("IpAddress", "aws:SourceIp", "192.0.2.7", True),
        ("IpAddress", "aws:SourceIp", ["2001:db8::/32", "198.51.100.0/24"], False),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", False),
        ("NotIpAddress", "aws:SourceIp", ["198.51.100.0/24", "203.0.113.0/24"], True),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "false", False),
        ("NumericLessThan", "aws:PrincipalTag/age", 8, True),
        ("NumericNotEquals", "aws:PrincipalTag/age", ["6", "7"], False),
        ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", True),
        ("DateLessThanEquals", "aws:CurrentTime", "2026-01-01T00:00:00+00:00", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", True),
        ("ArnNotEquals", "aws:PrincipalArn", ADA, False),
        ("Null", "aws:SourceVpce", "true", True),
        ("Null", "aws:SourceIp", "true", False),
        ("Null", "aws:SourceIp", False, True),
        ("StringEquals", "aws:SourceVpce", "vpce-1", False),
        ("StringNotEquals", "aws:SourceVpce", "vpce-1", True),
        ("StringEqualsIfExists", "aws:SourceVpce", "vpce-1", True),
        ("StringEqualsIfExists", "aws:UserAgent", "wget", False),
    ],
)
def test_a_condition_holds_as_in_aws(operator, key, wanted, expected):
    assert holds({operator: {key: wanted}}, VALUES) is expected


@pytest.mark.parametrize(
    "conditions, why",
    [
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, "compares sets"),
        ({"StringMatches": {"aws:UserAgent": "a"}}, "does not know the operator StringMatches"),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, "aws:PrincipalOrgID is not known"),
        ({"StringEquals": {"aws:UserAgent": "${aws:username}"}}, "policy variable"),
        ({"IpAddress": {"aws:SourceIp": "somewhere"}}, "somewhere"),
        ({"NumericEquals": {"aws:UserAgent": 3}}, "is no number"),
        ({"DateEquals": {"aws:CurrentTime": "yesterday"}}, "is no time"),
        ({"StringEquals": "aws:UserAgent"}, "names no key"),
        ("StringEquals", "no object"),
    ],
)
def test_what_cannot_be_evaluated_is_told(conditions, why):
    with pytest.raises(CannotTell, match=why):
        holds(conditions, VALUES)


def test_a_condition_that_fails_settles_it_whatever_the_others_say():
    unknown = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert holds({**unknown, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, VALUES) is False
    no_key = {"StringEquals": "aws:UserAgent"}
    assert holds({**no_key, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, VALUES) is False


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*ab*b", "ab", False),  # what the last part takes is not there for the one before
        ("*ab*b", "abb", True),
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("*?b*b", "ab", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
    ],
)
def test_no_character_is_taken_twice(pattern, text, fits):
    assert matches(pattern, text) is fits


# One policy


def says(document, call=CALL, principals=True):
    return judge(document, "the policy", call, principals=principals)


@pytest.mark.parametrize(
    "resource, fits",
    [
        ("*", True), (f"{ARN}/*", True), (f"{ARN}/v1/POST/model", True), (f"{ARN}/*/POST/*", True),
        (f"{ARN}/v1/post/model", False), (f"{ARN}/v1/GET/*", False), (f"{ARN}/v1/POST/model/x", False),
        ("execute-api:/*/POST/model", True), ("execute-api:/v2/*", False),
        ([f"{ARN}/v2/*", f"{ARN}/v1/*"], True), ("arn:aws:execute-api:*", True),
        (f"{ARN}/v?/POST/model", True),
    ],
)  # fmt: skip
def test_a_resource_is_matched_as_a_whole(resource, fits):
    assert says(policy(statement(resource=resource))).only == (ALLOW if fits else SILENT)


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"Action": "EXECUTE-API:invoke"}, ALLOW),
        ({"Action": ["s3:*", "execute-api:*"]}, ALLOW),
        ({"Action": "s3:GetObject"}, SILENT),
        ({"Action": "execute-api:ManageConnections"}, SILENT),
        ({"Effect": "Deny"}, DENY),
        ({"Principal": {"AWS": "*"}}, ALLOW),
        ({"Principal": {"AWS": ADA}}, SILENT),
        ({"Principal": {"Service": "apigateway.amazonaws.com"}}, SILENT),
    ],
)
def test_a_statement_is_about_the_call_or_not(change, expected):
    assert says(policy({**statement(), **change})).only == expected


@pytest.mark.parametrize(
    "pair, expected",
    [
        (("NotAction", "s3:*"), ALLOW), (("NotAction", "execute-api:*"), SILENT),
        (("NotAction", "EXECUTE-API:invoke"), SILENT),
        (("NotResource", f"{ARN}/v2/*"), ALLOW), (("NotResource", f"{ARN}/*"), SILENT),
    ],
)  # fmt: skip
def test_what_a_statement_excepts_is_not_its_matter(pair, expected):
    one = {k: v for k, v in statement().items() if k != pair[0].removeprefix("Not")}
    assert says(policy({**one, pair[0]: pair[1]})).only == expected


@pytest.mark.parametrize(
    "arn, principal, named",
    [
        (ADA, ADA, True), (ADA, f"arn:aws:iam::{ACCOUNT}:user/eve", False),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/caller", True),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/path/caller", True),
        (SESSION, f"arn:aws:iam::{ACCOUNT}:role/other", False),
        (SESSION, "arn:aws:iam::999999999999:role/caller", False),
        (SESSION, SESSION, True), (ADA, [SESSION, ADA], True), ("", "*", True),
    ],
)  # fmt: skip
def test_a_principal_is_the_caller_its_role_or_everyone(arn, principal, named):
    call = Call(CALL.resource, arn, ACCOUNT if arn else "", ACCOUNT, {})
    document = policy({**statement(), "Principal": {"AWS": principal}})
    assert says(document, call).only == (ALLOW if named else SILENT)


@pytest.mark.parametrize("word", [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"])
def test_to_name_ones_own_account_lets_its_identity_policies_decide(word):
    document = policy({**statement(), "Principal": {"AWS": word}})
    found = says(document, BY_ADA)
    assert found.only == SILENT and "identity policies decide" in found.notes[0]
    abroad = Call(CALL.resource, ADA, ACCOUNT, "999999999999", {})
    assert says(document, abroad).only == ALLOW
    denied = policy({**statement("Deny"), "Principal": {"AWS": word}})
    assert says(denied, BY_ADA).only == DENY


@pytest.mark.parametrize(
    "document, why",
    [
        ("{", "no JSON"), ("[" * 100_000, "no JSON"), (3, "no object"), ({}, "no Statement"),
        ({"Statement": []}, "no Statement"), ({"Statement": [3]}, "no object"),
        (policy({**statement(), "Effect": "allow"}), "Effect is 'allow'"),
        (policy({"Effect": "Allow", "Principal": "*", "Resource": "*"}), "no Action"),
        (policy({"Effect": "Allow", "Principal": "*", "Action": "*"}), "no Resource"),
        (policy({"Effect": "Allow", "Action": "*", "Resource": "*"}), "no Principal"),
        (policy({**statement(), "NotPrincipal": {"AWS": ADA}}), "NotPrincipal"),
        (policy({**statement(), "Principal": "ada"}), "Principal 'ada'"),
        (policy(statement(resource="${aws:username}")), "policy variable"),
    ],
)  # fmt: skip
def test_what_is_no_policy_is_told_and_never_skipped(document, why):
    found = says(document)
    assert not found.only and why in found.doubts[0].text


def test_a_principal_in_an_identity_policy_is_told():
    assert "only resource policies do" in says(policy(statement()), principals=False).doubts[0].why


UNKNOWN = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}


@pytest.mark.parametrize(
    "listed, outcomes",
    [
        ([statement("Deny"), statement("Allow", **UNKNOWN)], {DENY}),
        ([statement("Allow"), statement("Allow", **UNKNOWN)], {ALLOW}),
        ([statement("Allow", **UNKNOWN)], {ALLOW, SILENT}),
        ([statement("Deny", **UNKNOWN)], {DENY, SILENT}),
        ([statement("Allow"), statement("Deny", **UNKNOWN)], {ALLOW, DENY}),
    ],
)
def test_a_doubt_leaves_open_only_what_depends_on_it(listed, outcomes):
    found = says(policy(*listed))
    assert found.outcomes == outcomes and found.doubts


def test_of_several_policies_a_deny_wins_and_one_allow_is_enough():
    allow, deny = granted(), granted("Deny")
    other = granted(resource="arn:aws:execute-api:*:*:z/*")

    def of(*documents):
        return combine([says(one, BY_ADA, principals=False) for one in documents])

    assert of(other, allow).only == ALLOW and of(allow, deny).only == DENY
    assert of(other).only == SILENT
    doubtful = of(allow, "{")
    assert doubtful.outcomes == {ALLOW, DENY} and of(deny, "{").only == DENY


# The tables of AWS

A, D, N = ALLOW, DENY, SILENT
TABLE_A = {(A, A): A, (A, N): A, (A, D): D, (N, A): A, (N, N): N, (N, D): D,
           (D, A): D, (D, N): D, (D, D): D}  # fmt: skip
TABLE_B = {**TABLE_A, (A, N): N, (N, A): N}
DOCUMENTS = {A: ("Allow",), D: ("Deny",), N: ()}


@pytest.mark.parametrize("own, resource", list(itertools.product((A, D, N), repeat=2)))
def test_both_tables_are_awss(own, resource):
    assert combined(own, resource, False) == TABLE_A[own, resource]
    assert combined(own, resource, True) == TABLE_B[own, resource]


def documents(own, resource):
    """An identity's or authorizer's policy and a resource policy that say so."""
    mine = [("the policy", granted(effect)) for effect in DOCUMENTS[own]]
    theirs = [statement(effect) for effect in DOCUMENTS[resource]]
    return tuple(mine), policy(*theirs, statement(resource=f"{ARN}/v9/*"))


VERDICTS = {A: ALLOWED, D: BY_STATEMENT, N: BY_NOTHING}


@pytest.mark.parametrize("own, resource", list(itertools.product((A, D, N), repeat=2)))
@pytest.mark.parametrize("kind", ["AWS_IAM", "CUSTOM", "abroad"])
def test_a_decision_follows_its_table(kind, own, resource):
    mine, document = documents(own, resource)
    account = "999999999999" if kind == "abroad" else ACCOUNT
    if kind == "CUSTOM":
        caller, table = Caller(BEARER, policies=mine), TABLE_A
    else:
        arn = f"arn:aws:iam::{account}:user/ada"
        caller = Caller(SIGNED, arn=arn, account=account, policies=mine)
        table = TABLE_B if kind == "abroad" else TABLE_A
    made = api("CUSTOM" if kind == "CUSTOM" else "AWS_IAM", document)
    decision = decide(made, caller, "POST", "/model")
    assert decision.verdict == VERDICTS[table[own, resource]]
    asked = [step.name for step in decision.steps]
    early = kind == "CUSTOM" and resource == D
    assert ("authentication" in asked) != early, "an authorizer is asked despite an explicit deny"
    assert decision.status == (None if decision.allowed else 403)


def test_a_signed_user_of_another_account_passes_only_with_both():
    caller = Caller(SIGNED, arn="arn:aws:iam::9:user/a", account="9",
                    policies=(("p", granted()),))  # fmt: skip
    assert "table B" in decide(api("AWS_IAM"), caller, "POST", "/model").reason


# Without both policies


def test_without_authorization_the_resource_policy_decides_alone():
    for document, verdict in ((None, ALLOWED), (policy(statement()), ALLOWED),
                              (policy(statement("Deny")), BY_STATEMENT),
                              (policy(statement(resource=f"{ARN}/v9/*")), BY_NOTHING)):  # fmt: skip
        assert decide(api("NONE", document), Caller(), "POST", "/model").verdict == verdict


def test_a_private_api_without_a_policy_lets_nobody_in():
    assert decide(api("NONE", private=True), Caller(), "GET", "/model").verdict == BY_NOTHING


def test_a_pools_token_and_then_the_policy_alone():
    user, silent = Caller(USER), policy(statement(resource=f"{ARN}/v9/*"))
    assert decide(api("COGNITO_USER_POOLS"), user, "GET", "/model").allowed
    assert decide(api("COGNITO_USER_POOLS", silent), user, "GET", "/model").verdict == BY_NOTHING


def test_the_root_of_the_account_needs_no_policy_but_a_deny_holds_for_it():
    root = Caller(SIGNED, arn=f"arn:aws:iam::{ACCOUNT}:root", account=ACCOUNT)
    assert decide(api("AWS_IAM"), root, "GET", "/model").allowed
    denied = decide(api("AWS_IAM", policy(statement("Deny"))), root, "GET", "/model")
    assert denied.verdict == BY_STATEMENT


# Authentication

ADA_CALLS = {"arn": ADA, "account": ACCOUNT, "policies": (("p", granted()),)}


@pytest.mark.parametrize(
    "kind, caller, status, message",
    [
        ("AWS_IAM", Caller(), 403, "Missing Authentication Token"),
        ("AWS_IAM", Caller(BEARER), 403, "Invalid key=value pair"),
        ("AWS_IAM", Caller(SIGNED, token="unknown"), 403, "is invalid."),
        ("AWS_IAM", Caller(SIGNED, token="expired"), 403, "is expired"),
        ("CUSTOM", Caller(), 401, "Unauthorized"),
        ("CUSTOM", Caller(BEARER, token="unknown"), 401, "Unauthorized"),
        ("COGNITO_USER_POOLS", Caller(), 401, "Unauthorized"),
        ("COGNITO_USER_POOLS", Caller(BEARER), 401, "Unauthorized"),
        ("COGNITO_USER_POOLS", Caller(USER, token="access"), 401, "Unauthorized"),
        (
            "COGNITO_USER_POOLS",
            Caller(USER, token="expired"),
            401,
            "The incoming token has expired",
        ),
    ],
)
def test_who_does_not_prove_who_they_are_is_refused(kind, caller, status, message):
    decision = decide(api(kind), caller, "POST", "/model")
    assert (decision.verdict, decision.status) == (OTHERWISE, status)
    assert message in decision.message and decision.steps[-1].name == "authentication"


def test_scopes_ask_for_an_access_token():
    made = Api("a", "v1", "r", ACCOUNT, (Route("GET", "/", "COGNITO_USER_POOLS", scopes=("s",)),))
    assert decide(made, Caller(USER, token="access"), "GET", "/").allowed
    assert decide(made, Caller(USER), "GET", "/").status == 401


# The key


def with_key(source, kind="CUSTOM"):
    route = Route("POST", "/model", kind, True)
    return Api("a1b2c3d4e5", "v1", "us-east-1", ACCOUNT, (route,), key_source=source)


@pytest.mark.parametrize(
    "source, has, verdict",
    [("AUTHORIZER", True, ALLOWED), ("AUTHORIZER", False, OTHERWISE), ("HEADER", True, ALLOWED),
     ("AUTHORIZER", None, UNSURE)],
)  # fmt: skip
def test_a_key_has_to_be_in_a_plan(source, has, verdict):
    caller = Caller(BEARER, policies=(("p", granted()),), key=has)
    decision = decide(with_key(source), caller, "POST", "/model")
    assert decision.verdict == verdict
    assert decision.message == ("Forbidden" if verdict == OTHERWISE else "")


def test_only_an_authorizer_can_hand_on_a_key():
    made = with_key("AUTHORIZER", "NONE")
    assert decide(made, Caller(key=True), "POST", "/model").message == "Forbidden"


# Routes


@pytest.mark.parametrize(
    "method, path, taken",
    [
        ("GET", "/a", "GET /a"), ("POST", "/a", "ANY /a"), ("GET", "/a/", "GET /a"),
        ("GET", "/a/b", "GET /a/b"), ("GET", "/a/c", "GET /a/{x}"), ("GET", "/a/c/d", "ANY /{all+}"),
        ("PUT", "/a/b", "ANY /{all+}"), ("GET", "/", "GET /"), ("POST", "/", None),
    ],
)  # fmt: skip
def test_the_route_is_api_gateways_own(method, path, taken):
    known = ["GET /", "GET /a", "ANY /a", "GET /a/b", "GET /a/{x}", "ANY /{all+}"]
    made = Api("a", "v1", "r", "1", tuple(Route(*name.split(" ")) for name in known))
    found = route_of(made, method, path)
    assert (found and found.name) == taken


def test_a_path_that_is_not_there_is_refused_with_403():
    decision = decide(api("NONE"), Caller(), "GET", "/nowhere?x=1")
    assert (decision.verdict, decision.status) == (OTHERWISE, 403)
    assert decision.message == "Missing Authentication Token"


# Doubts


def test_a_sure_refusal_stands_though_another_policy_cannot_be_read():
    anonymous = decide(api("CUSTOM", "{"), Caller(), "POST", "/model")
    assert (anonymous.verdict, anonymous.status) == (OTHERWISE, None), "401, or 403 before it"
    denied = Caller(BEARER, policies=(("p", granted("Deny")),))
    assert decide(api("CUSTOM", "{"), denied, "POST", "/model").verdict == BY_STATEMENT
    allowed = Caller(BEARER, policies=(("p", granted()),))
    assert decide(api("CUSTOM", "{"), allowed, "POST", "/model").verdict == UNSURE


def test_refused_either_way_is_refused():
    decision = decide(api("NONE", policy(statement("Deny", **UNKNOWN))), Caller(), "GET", "/model")
    assert decision.verdict == BY_NOTHING and "aws:PrincipalOrgID" in decision.reason


def test_what_an_authorizer_answers_is_not_guessed():
    decision = decide(api("CUSTOM"), Caller(BEARER, known=False), "POST", "/model")
    assert decision.verdict == UNSURE and "policy={…}" in decision.reason


@pytest.mark.parametrize("caller", [Caller(SIGNED, **ADA_CALLS), Caller(USER)])
def test_what_an_authorizer_makes_of_another_proof_is_not_guessed(caller):
    decision = decide(api("CUSTOM"), caller, "POST", "/model")
    assert decision.verdict == UNSURE and "the authorizer cannot be evaluated" in decision.reason
    assert decide(with_key("AUTHORIZER"), caller, "POST", "/model").verdict == UNSURE
    refused = decide(api("CUSTOM", policy(statement("Deny"))), caller, "POST", "/model")
    assert refused.verdict == BY_STATEMENT


def test_a_boundary_that_is_not_evaluated_leaves_an_allow_open():
    limited = Caller(SIGNED, **ADA_CALLS, limits=("the permissions boundary",))
    decision = decide(api("AWS_IAM"), limited, "GET", "/model")
    assert decision.verdict == UNSURE and "permissions boundary" in decision.reason


def test_without_a_known_address_a_range_cannot_be_told():
    decision = decide(api("NONE", ONLY_OFFICE), Caller(), "GET", "/model")
    assert decision.verdict == UNSURE and "aws:SourceIp" in decision.reason


# The smallest change


def change(made, caller, path="/model"):
    now = decide(made, caller, "POST", path)
    found = smallest(made, caller, "POST", path, now)
    return found and (found.change, found.verdict)


def test_an_address_inside_the_range_is_less_than_a_policy():
    caller = Caller(ANONYMOUS, source_ip="203.0.113.1")
    assert change(api("NONE", ONLY_OFFICE), caller) == ("from an address in 192.0.2.0/24", ALLOWED)


def test_the_one_statement_that_denies_is_named():
    document = policy(statement(), statement("Deny", Sid="No"))
    assert change(api("NONE", document), Caller()) == (
        'without Deny (statement 2, "No") of the resource policy', ALLOWED
    )  # fmt: skip
    twice = policy(statement(), statement("Deny"), statement("Deny"))
    assert change(api("NONE", twice), Caller()) is None, "two statements deny: none alone decides"


def test_the_one_statement_that_allows_is_named():
    assert change(api("NONE", policy(statement())), Caller()) == (
        "without Allow (statement 1) of the resource policy", BY_NOTHING
    )  # fmt: skip
    assert change(api("NONE", policy(statement(), statement())), Caller()) is None


@pytest.mark.parametrize(
    "made, caller, begins",
    [
        (api("CUSTOM"), Caller(), "with a token that the authorizer knows"),
        (with_key("AUTHORIZER"), Caller(), "with a token that the authorizer knows"),
        (api("AWS_IAM", policy(statement())), Caller(), "signed with IAM keys (SigV4)"),
        (api("AWS_IAM"), Caller(), "signed with IAM keys (SigV4) whose identity policy allows"),
        (api("AWS_IAM"), Caller(SIGNED, arn=ADA, account=ACCOUNT), "with an identity policy that"),
        (api("COGNITO_USER_POOLS"), Caller(), "with an ID token of the user pool"),
        (with_key("HEADER", "NONE"), Caller(), "with an API key in a usage plan"),
        (
            api("NONE", policy(statement(resource="x"))),
            Caller(),
            "with a statement in the resource",
        ),
    ],
)
def test_what_is_missing_is_named(made, caller, begins):
    found = change(made, caller)
    assert found and found[0].startswith(begins) and found[1] == ALLOWED


def test_where_there_is_nothing_to_decide_nothing_is_changed():
    assert change(api("NONE"), Caller(), "/nowhere") is None
    assert change(api("NONE", "{"), Caller()) is None


def test_a_decision_is_the_same_for_a_policy_as_data_and_as_text():
    for document in (policy(statement()), ONLY_OFFICE):
        caller = Caller(ANONYMOUS, source_ip="203.0.113.1")
        as_data = decide(api("NONE", document), caller, "GET", "/model")
        as_text = decide(api("NONE", json.dumps(document)), caller, "GET", "/model")
        assert as_data == as_text
