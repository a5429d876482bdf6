"""Who may call, as a signature says: a user's own policy against the API's."""

import contextlib
from types import SimpleNamespace

import pytest
import requests

from tests.sandbox.server.gateway.guarded import SILENT, guard, statement, with_policy
from tests.sandbox.server.shapes import document


@pytest.fixture(scope="module")
def users(account):
    """Keys of users who may call every API, none, or whom their own policy denies."""
    keys = {}
    for name, effect in (("allowed", "Allow"), ("silent", None), ("denied", "Deny")):
        account.iam.create_user(UserName=name)
        if effect:
            call = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": "*"}
            account.iam.put_user_policy(
                UserName=name, PolicyName="call", PolicyDocument=document(call)
            )
        key = account.iam.create_access_key(UserName=name)["AccessKey"]
        keys[name] = (key["AccessKeyId"], key["SecretAccessKey"])
    return keys


def signed(account, api, key, secret, path="/", when=None):
    """A call with a SigV4 signature."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    url = f"{account.running.endpoint}/_aws/execute-api/{api.id}/v1{path}"
    request = AWSRequest(method="GET", url=url, data=b"")
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    return requests.get(url, headers=dict(request.headers), timeout=10)


def signed_api(account):
    """An API whose method wants a signature."""
    api = account.api()
    guard(account, api.mock("$context.identity.userArn"), "AWS_IAM")
    api.deploy("v1")
    return api


@pytest.mark.parametrize(
    ("policy", "outcomes"),
    [
        ([], {"allowed": 200, "silent": 403, "denied": 403}),
        ([statement("Allow")], {"allowed": 200, "silent": 200, "denied": 403}),
        ([SILENT], {"allowed": 200, "silent": 403, "denied": 403}),
        ([statement("Deny")], {"allowed": 403, "silent": 403, "denied": 403}),
    ],
    ids=["none", "allows", "is silent", "denies"],
)
def test_table_a_for_a_signature(account, users, policy, outcomes):
    api = signed_api(account)
    if policy:
        with_policy(account, api, *policy)
    found = {name: signed(account, api, *users[name]).status_code for name in outcomes}
    assert found == outcomes


def test_a_deny_holds_for_the_root_of_the_account_too(account):
    api = signed_api(account)
    with_policy(account, api, statement("Allow"), statement("Deny"))
    root = account.running.key
    assert signed(account, api, root.id, root.secret).status_code == 403


@pytest.mark.parametrize(
    ("policy", "passes"), [(None, False), ("ImplicitDeny", False), ("Deny", False), ("Allow", True)]
)
def test_table_b_another_account_needs_the_policy(monkeypatch, policy, passes):
    # No key of a sandbox is another account's, so its caller is made here.
    from sandbox.server.base import emulator
    from sandbox.server.base.errors import GatewayError
    from sandbox.server.gateway import access

    arn = "arn:aws:execute-api:us-east-1:000000000000:abc/v1/GET/"
    monkeypatch.setattr(access, "policy_decision", lambda *_: policy)
    monkeypatch.setattr(access, "method_arn", lambda _: arn)
    monkeypatch.setattr(access.iam, "enforce", lambda *_, **__: None)
    monkeypatch.setattr(emulator.responses, "get_account_id", lambda: "111122223333")
    monkeypatch.setattr(
        access.iam, "request_caller_arn", lambda *_: "arn:aws:iam::111122223333:user/eve"
    )
    request = SimpleNamespace(
        signed=True, headers={}, query={}, variables={}, account_id="0" * 12, region="us-east-1"
    )
    with contextlib.nullcontext() if passes else pytest.raises(GatewayError, match="eve"):
        access._check_signature(request)


def test_a_signed_refusal_names_the_caller_and_why(account, users):
    api = signed_api(account)
    shown = f"arn:aws:execute-api:us-east-1:********0000:{api.id}/v1/GET/"
    for name, reason in (
        ("silent", ""),
        ("denied", " with an explicit deny in an identity-based policy"),
    ):
        answer = signed(account, api, *users[name])
        who = f"arn:aws:iam::000000000000:user/{name}"
        text = f"User: {who} is not authorized to perform: execute-api:Invoke on resource: {shown}"
        assert (answer.status_code, answer.json()) == (403, {"Message": text + reason})
        assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert signed(account, api, *users["allowed"]).text.endswith(":user/allowed")


def test_wrong_signatures_pass_through_their_gateway_responses(account, users):
    api = signed_api(account)
    account.gateway.put_gateway_response(
        restApiId=api.id,
        responseType="INVALID_SIGNATURE",
        responseParameters={"gatewayresponse.header.x-kind": "'signature'"},
    )
    api.deploy("v1")
    wrong = signed(account, api, users["allowed"][0], "wrong")
    assert (wrong.status_code, wrong.headers["x-kind"]) == (403, "signature")
    assert wrong.headers["x-amzn-ErrorType"] == "InvalidSignatureException"
    assert wrong.json()["message"].startswith("The request signature we calculated does not match")
    unknown = signed(account, api, "AKIAIOSFODNN7EXAMPLE", "x")
    assert unknown.json() == {"message": "The security token included in the request is invalid."}
    assert unknown.headers["x-amzn-ErrorType"] == "UnrecognizedClientException"
    unsigned = api.call("/")
    assert unsigned.json() == {"message": "Missing Authentication Token"}
