"""Who a signature makes its caller: the home's root key, keys of IAM, and nobody else."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.auth
import pytest
import requests
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox import cloud, root_key
from sandbox.home import Home
from tests.sandbox.server.shapes import archive, document

READS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("apigateway", "get_rest_apis", {}),
    ("autoscaling", "describe_auto_scaling_groups", {}),
    ("cloudwatch", "list_metrics", {}),
    ("cognito-idp", "list_user_pools", {"MaxResults": 5}),
    ("dynamodb", "list_tables", {}),
    ("ec2", "describe_vpcs", {}),
    ("elbv2", "describe_load_balancers", {}),
    ("iam", "list_roles", {}),
    ("lambda", "list_functions", {}),
    ("logs", "describe_log_groups", {}),
    ("s3", "list_buckets", {}),
    ("secretsmanager", "list_secrets", {}),
    ("ssm", "describe_parameters", {}),
    ("sts", "get_caller_identity", {}),
    ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}),
)
# What AWS calls an unknown key, a wrong signature and none, by the service's protocol.
QUERY = ("InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken")
JSON = (
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
)
CODES = {
    **dict.fromkeys(("autoscaling", "cloudwatch", "elbv2", "iam", "sts"), QUERY),
    "ec2": ("AuthFailure", "AuthFailure", "MissingParameter"),
    "s3": ("InvalidAccessKeyId", "SignatureDoesNotMatch", "AccessDenied"),
    "secretsmanager": (*JSON[:2], "UnrecognizedClientException"),
}


def refused(client: Any, call: str, arguments: dict[str, Any]) -> str:
    """The code of the error that a call must meet."""
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**arguments)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize(("service", "call", "arguments"), READS, ids=lambda value: str(value))
def test_only_a_key_of_the_account_is_let_in_with_its_own_signature(
    account, service, call, arguments
):
    unknown, wrong, none = CODES.get(service, JSON)
    getattr(account.client(service), call)(**arguments)
    for key, secret in (("test", "test"), ("000000000000", "test"), ("111122223333", "x")):
        assert refused(account.connect(service, key=key, secret=secret), call, arguments) == unknown
    known = account.running.key.id
    assert refused(account.connect(service, key=known, secret="w" * 40), call, arguments) == wrong
    unsigned = account.connect(service, config=Config(signature_version=UNSIGNED))
    assert refused(unsigned, call, arguments) == none


def test_each_home_has_a_key_of_its_own_which_stays_and_is_private(account, tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_PROVIDER", "0")
    running = cloud.start(tmp_path / "kit")
    try:
        key, path = running.key, Home(running.home).root_key
        assert key != account.running.key
        assert path.stat().st_mode & 0o777 == 0o600
        assert key.secret not in repr(running) + repr(key)
        cloud.stop(running.home)
        again = cloud.start(running.home)
        assert again.key == key
        assert cloud.environment(running.home)["AWS_SECRET_ACCESS_KEY"] == key.secret
        path.unlink()
        with pytest.raises(cloud.CloudError, match="python -m sandbox stop, then start it"):
            cloud.environment(running.home)
    finally:
        cloud.stop(running.home)
    path.write_text('{"access_key_id": "AKIA')
    made = root_key.ensure(Home(running.home))
    assert (len(made.id), len(made.secret), made == key) == (20, 40, False)


def test_a_link_that_is_signed_works_and_one_that_is_not_does_nothing(account):
    iam = account.connect("iam")
    url = iam.generate_presigned_url("list_roles", HttpMethod="GET")
    assert requests.get(url, timeout=10).status_code == 200
    assert requests.get(url.replace("Signature=", "Signature=0"), timeout=10).status_code == 403
    link = f"{account.running.endpoint}/?Action=CreateUser&UserName=mallory&Version=2010-05-08"
    credential = f"{account.running.key.id}/20260101/us-east-1/iam/aws4_request"
    for more in ("", f"&X-Amz-Credential={credential}", "&X-Amz-Signature=1"):
        assert requests.get(link + more, timeout=10).status_code == 403
    for headers in ({"Authorization": "Bearer x"}, {"Authorization": f"AWS {credential[:20]}:x"}):
        assert requests.get(link, headers=headers, timeout=10).status_code == 403
    assert "mallory" not in str(iam.list_users())


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls_of_s3_work_from_programs_and_from_browsers(account, version):
    account.client("s3").create_bucket(Bucket=f"bucket-{version}")
    s3 = account.connect("s3", config=Config(signature_version=version))
    where = {"Bucket": f"bucket-{version}", "Key": "key"}
    put = s3.generate_presigned_url("put_object", where)
    assert requests.put(put, data=b"hello", timeout=10).status_code == 200
    get = s3.generate_presigned_url("get_object", where)
    clicked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert requests.get(get, headers=clicked, timeout=10).content == b"hello"
    assert requests.get(get.replace("key?", "other?"), timeout=10).status_code == 403


def test_a_form_for_s3_is_taken_with_its_policy_only(account):
    s3 = account.client("s3")
    s3.create_bucket(Bucket="forms")
    form = s3.generate_presigned_post("forms", "key")
    file = {"file": b"hello"}
    sent = requests.post(form["url"], data=form["fields"], files=file, timeout=10)
    assert sent.status_code == 204
    alone = requests.post(form["url"], data={"key": "other"}, files=file, timeout=10)
    assert alone.status_code == 403


def test_a_large_upload_in_parts_and_in_chunks_is_let_in(account):
    s3 = account.client("s3")
    s3.create_bucket(Bucket="large")
    s3.upload_fileobj(io.BytesIO(b"x" * 9_000_000), "large", "key")
    s3.put_object(Bucket="large", Key="small", Body=io.BytesIO(b"y"), ChecksumAlgorithm="CRC32")
    assert s3.head_object(Bucket="large", Key="key")["ContentLength"] == 9_000_000


@pytest.mark.parametrize(
    ("verb", "path"), [("GET", "/"), ("PUT", "/new"), ("GET", "/there"), ("PUT", "/there/key")]
)
def test_s3_gives_and_takes_nothing_unsigned(account, verb, path):
    account.client("s3").create_bucket(Bucket="there")
    url = account.running.endpoint + path
    assert requests.request(verb, url, data=b"x", timeout=10).status_code == 403


WHO = """
import boto3, os

def handler(event, context):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    boto3.client("ssm").get_parameter(Name="/for/functions")
    try:
        boto3.client("iam").list_roles()
    except Exception as error:
        refusal = str(error)
    return [boto3.client("sts").get_caller_identity()["Arn"], refusal,
            [os.environ[name] for name in names], list(os.environ.values())]
"""


def test_a_function_has_the_keys_of_its_role_which_nobody_can_work_out(account):
    import hashlib
    import json

    account.client("ssm").put_parameter(Name="/for/functions", Value="x", Type="String")
    read = {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*"}
    role = account.role("lambda.amazonaws.com", read)
    function = account.function(WHO, Timeout=30)
    account.functions.update_function_configuration(FunctionName=function, Role=role)
    answer = account.functions.invoke(FunctionName=function)
    arn, refusal, keys, environment = json.loads(answer["Payload"].read())
    assert role.rpartition("/")[2] in arn
    assert "AccessDenied" in refusal
    assert account.running.key.secret not in environment
    # As the emulator derives them: from names, which everybody knows.
    digest = hashlib.sha256(f"{function}:{role}".encode()).hexdigest()
    secret = hashlib.sha256(f"secret:{digest}".encode()).hexdigest()
    assert keys[1] != secret
    assert refused(
        account.connect("sts", key=f"ASIA{digest[:16].upper()}", secret=secret),
        "get_caller_identity",
        {},
    )


def test_a_link_to_a_functions_code_is_signed_and_ends(account, monkeypatch):
    function = account.function("def handler(event, context):\n    return 1\n")
    link = account.functions.get_function(FunctionName=function)["Code"]["Location"]
    assert requests.get(link, timeout=10).content[:2] == b"PK"
    layer = account.functions.publish_layer_version(
        LayerName="linked", Content={"ZipFile": archive("")}
    )
    assert requests.get(layer["Content"]["Location"], timeout=10).content[:2] == b"PK"
    for other in (link.partition("?")[0], link.replace("Signature=", "Signature=0")):
        assert requests.get(other, timeout=10).status_code == 403
    # What the server decides by, a second before the end and after it.
    from sandbox.server.guarding import credentials

    parts = urlsplit(link)
    until = int(parse_qs(parts.query)["Expires"][0])
    for now, good in ((until - 1, True), (until + 1, False)):
        monkeypatch.setattr(credentials.time, "time", lambda now=now: now)
        found = credentials.linked(account.running.key, "GET", parts.path, parts.query)
        assert found == good


def test_a_user_of_iam_is_still_one(account):
    account.iam.create_user(UserName="ada")
    allow = {"Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*"}
    account.iam.put_user_policy(UserName="ada", PolicyName="p", PolicyDocument=document(allow))
    key = account.iam.create_access_key(UserName="ada")["AccessKey"]
    ada = account.connect("iam", key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert ada.list_roles()["Roles"]
    assert refused(ada, "list_users", {}) == "AccessDenied"


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_off_by_an_hour_signs_what_aws_refuses_and_says_why(
    account, monkeypatch, hours
):
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(
        "botocore.auth.get_current_datetime", lambda *a, **k: now(*a, **k) + timedelta(hours=hours)
    )
    said = "Signature expired: " if hours < 0 else "Signature not yet current: "
    with pytest.raises(ClientError, match=said):
        account.client("apigateway").get_rest_apis()
