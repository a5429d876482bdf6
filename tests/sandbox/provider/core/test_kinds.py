"""What `resource` does for every type: it reads what was written, and words refusals."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.provider.core import registry
from sandbox.provider.core.context import Context
from sandbox.provider.core.exceptions import AwsError, CallError
from sandbox.provider.core.kinds import Created, Kind, resource

THINGS: dict[str, dict[str, Any]] = {}
CTX = Context()


@pytest.fixture(autouse=True)
def empty() -> None:
    THINGS.clear()


def create(ctx: Context, inputs: dict[str, Any]) -> str | Created:
    if "full" in inputs:
        return Created("t-1", {"told": "by the create"})
    THINGS["t-1"] = inputs
    return "t-1"


def read(ctx: Context, id: str, last: dict[str, Any]) -> dict[str, Any] | None:
    return {**THINGS[id], "last": last.get("mark")} if id in THINGS else None


def update(
    ctx: Context, id: str, old: dict[str, Any], new: dict[str, Any]
) -> dict[str, Any] | None:
    if "full" in new:
        return {"told": "by the update"}
    THINGS[id] = new
    return None


def delete(ctx: Context, id: str, last: dict[str, Any]) -> None:
    del THINGS[id]


def thing(**more: Any) -> Kind:
    calls: dict[str, Any] = {"create": create, "read": read, "update": update, "delete": delete}
    return resource("iam", "IAM Thing", "aws:iam/thing:Thing", **{**calls, **more})


def refused(*_: Any) -> Any:
    answer = {"Error": {"Code": "NoSuchEntity", "Message": "none"}}
    raise ClientError(answer, "GetRole")


def test_what_a_create_made_is_read_unless_it_told_all() -> None:
    made = thing().create(CTX, {"name": "n", "mark": "inputs"})
    assert (made.id, made.outputs) == ("t-1", {"name": "n", "mark": "inputs", "last": "inputs"})
    assert thing().create(CTX, {"full": 1}).outputs == {"told": "by the create"}


def test_what_an_update_changed_is_read_unless_it_told_all() -> None:
    change = thing().update
    assert change
    now = change(CTX, "t-1", {"mark": "old"}, {"mark": "new"})
    assert now == {"mark": "new", "last": "new"}
    assert change(CTX, "t-1", {}, {"full": 1}) == {"told": "by the update"}


def test_what_is_gone_right_after_it_was_written_is_told() -> None:
    gone = thing(read=lambda *_: None)
    told = r"^IAM Thing \(t-1\) is gone right after it was written; run `up` again$"
    with pytest.raises(CallError, match=told):
        gone.create(CTX, {})
    assert gone.update
    with pytest.raises(CallError, match=told):
        gone.update(CTX, "t-1", {}, {})
    assert gone.read(CTX, "t-1", {}) is None


def test_what_was_left_is_read_and_may_be_gone() -> None:
    found = thing(find=lambda ctx, inputs: inputs.get("id")).find
    assert found
    assert found(CTX, {"id": "t-1"}) is None and found(CTX, {}) is None
    THINGS["t-1"] = {"name": "n"}
    assert found(CTX, {"id": "t-1", "mark": "m"}) == Created("t-1", {"name": "n", "last": "m"})


def test_a_type_without_update_or_find_has_none() -> None:
    bare = thing(update=None)
    assert bare.update is None and bare.find is None
    lacking = thing(lacks=("a",), imported=lambda id: (id, {"x": id}))
    assert lacking.lacks == ("a",) and lacking.imported("i") == ("i", {"x": "i"})
    assert thing().imported("i") == ("i", {}) and thing().token == "aws:iam/thing:Thing"


@pytest.mark.parametrize(
    ("call", "arguments", "doing"),
    [
        ("create", ({"name": "n"},), "creating IAM Thing (n)"),
        ("create", ({},), "creating IAM Thing"),
        ("read", ("t-1", {}), "reading IAM Thing (t-1)"),
        ("update", ("t-1", {}, {}), "updating IAM Thing (t-1)"),
        ("delete", ("t-1", {}), "deleting IAM Thing (t-1)"),
    ],
)
def test_a_refusal_says_what_was_being_done(call: str, arguments: Any, doing: str) -> None:
    kind = thing(called="name", **{call: refused})
    with pytest.raises(AwsError) as error:
        getattr(kind, call)(CTX, *arguments)
    assert str(error.value).startswith(f"{doing}: operation error IAM: GetRole, ")


def test_deleting_deletes() -> None:
    THINGS["t-1"] = {}
    thing().delete(CTX, "t-1", {})
    assert THINGS == {}


def test_every_type_is_in_the_service_that_its_token_names() -> None:
    for part, services in registry.SERVICES.items():
        for service in services:
            found = __import__(f"sandbox.provider.{service}.kinds", fromlist=["KINDS"]).KINDS
            assert found and {kind.token.split(":")[1].split("/")[0] for kind in found} == {part}
    assert all(registry.kind(token) is kind for token, kind in registry.load().items())


@pytest.mark.parametrize(
    "token",
    ["aws:iam/role:Role", "aws:lambda/function:Function", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"],
)  # fmt: skip
def test_to_know_one_type_only_its_service_is_loaded(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[str, Kind] = {}
    monkeypatch.setattr(registry, "REGISTRY", known)
    found = registry.kind(token)
    assert found is not None and found.token == token
    assert {each.split("/")[0] for each in known} == {token.split("/")[0]}
    assert registry.kind("aws:nothing/of:It") is None is registry.kind("Role")


def test_what_an_interrupted_create_left_can_be_found_of_every_type_that_has_more_than_one() -> (
    None
):
    lost = {token for token, kind in registry.load().items() if kind.find is None}
    account, version = (
        "aws:apigateway/account:Account",
        "aws:secretsmanager/secretVersion:SecretVersion",
    )
    assert lost == {account, version}  # one for all, and what goes with its secret


def test_what_programs_look_up_is_there() -> None:
    assert "aws:index/getRegion:getRegion" in registry.functions()
