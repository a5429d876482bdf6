"""The authorizer: which callers it lets in, where to, and what it tells API Gateway."""

import hashlib
import hmac
import importlib.util
import json
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "gateway/functions/authorizer/handler.py"
KEYS = {"blue": "b" * 40, "green": "g" * 40}
API = "arn:aws:execute-api:us-east-1:123456789012:api1/v1"


@pytest.fixture
def authorizer(monkeypatch):
    """The module, with the keys of two teams."""
    hashes = {hashlib.sha256(key.encode()).hexdigest(): team for team, key in KEYS.items()}
    monkeypatch.setenv("KEYS", json.dumps(hashes))
    spec = importlib.util.spec_from_file_location("authorizer_handler", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask(authorizer, value, name="Authorization", path="POST/chat/completions"):
    event = {
        "type": "REQUEST",
        "methodArn": f"{API}/{path}",
        "headers": {"Host": "api1", name: value},
    }
    return authorizer.handler(event, None)


@pytest.mark.parametrize("team", KEYS)
def test_a_key_that_is_known_is_let_in_as_its_team(authorizer, team):
    assert ask(authorizer, f"Bearer {KEYS[team]}") == {
        "principalId": team,
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"{API}/*"}
            ],
        },
        "context": {"team": team},
        "usageIdentifierKey": KEYS[team],
    }


@pytest.mark.parametrize("path", ["GET/model", "POST/chat/completions", "GET/", "OPTIONS/a/b/c/d"])
def test_the_policy_holds_for_every_path_of_the_stage(authorizer, path):
    (allowed,) = ask(authorizer, f"Bearer {KEYS['blue']}", path=path)["policyDocument"]["Statement"]
    assert allowed["Resource"] == f"{API}/*"


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_case_is_no_matter_for_the_header_and_the_scheme(authorizer, name, scheme):
    assert ask(authorizer, f"{scheme} {KEYS['green']}", name)["principalId"] == "green"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        KEYS["blue"],
        f"Basic {KEYS['blue']}",
        f"Bearer {KEYS['blue'].upper()}",
        f"Bearer {KEYS['blue'][:-1]}",
        f"Bearer {KEYS['blue']} ",
        f"Bearer  {KEYS['blue']}",
        f"Bearer {KEYS['blue']},{KEYS['green']}",
        f"Bearer {hashlib.sha256(KEYS['blue'].encode()).hexdigest()}",
        "Bearer \u00fc\u4e16\U0001f600",
        "Bearer " + "x" * 100_000,
    ],
    ids=range(13),
)
def test_anything_else_is_unauthorized(authorizer, value):
    with pytest.raises(Exception, match="^Unauthorized$"):
        ask(authorizer, value)


@pytest.mark.parametrize("headers", [None, {}, {"x-api-key": KEYS["blue"]}])
def test_without_the_header_it_is_unauthorized(authorizer, headers):
    with pytest.raises(Exception, match="^Unauthorized$"):
        authorizer.handler({"methodArn": f"{API}/GET/model", "headers": headers}, None)


@pytest.mark.parametrize("key", [*KEYS.values(), "wrong"])
def test_each_known_key_is_compared_in_constant_time_whichever_comes(authorizer, key, monkeypatch):
    compared = []
    monkeypatch.setattr(hmac, "compare_digest", lambda a, b: compared.append(a) or a == b)
    authorizer.team_of(key)
    assert compared == list(authorizer.KEYS)


def test_the_function_holds_no_key(authorizer):
    assert not set(KEYS.values()) & set(json.dumps(authorizer.KEYS).split('"'))
