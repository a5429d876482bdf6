"""What the core hands to calls and to the engine: contexts, errors, wording, shapes, the journal."""

from __future__ import annotations

import importlib
import json
import threading
import time
from datetime import datetime, timezone
from types import SimpleNamespace

import grpc
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
)
from pulumi.runtime.proto import provider_pb2, status_pb2

from sandbox.provider.core import engine_errors, registry, shapes
from sandbox.provider.core import journal as journal_of_core
from sandbox.provider.core.context import Clients, Context
from sandbox.provider.core.engine_calls import Contexts
from sandbox.provider.core.exceptions import (
    SERVICE_NAMES,
    AwsError,
    CallError,
    Cancelled,
    TimedOut,
    describe,
    doing,
    duration,
)
from sandbox.provider.core.facts import Field
from sandbox.provider.core.journal import Entry, Journal, public
from sandbox.provider.core.kinds import Created, Incomplete, Kind, resource
from sandbox.provider.core.runs import Run
from sandbox.provider.core.wire import UNKNOWN, Secret, decode


def refused(code="NoSuchEntity", operation="GetRole", **more):
    response = {"Error": {"Code": code, "Message": "no role"},
                "ResponseMetadata": {"HTTPStatusCode": 404, "RequestId": "r1"}}  # fmt: skip
    return ClientError({**response, **more}, operation)


# Wording


def test_an_answer_is_worded_as_gos_client_does():
    head = "GetRole, https response error StatusCode: 404, RequestID: r1, "
    error = refused()
    assert describe(error) == f"operation error : {head}api error NoSuchEntity: no role"
    error.service = "iam"
    assert describe(error) == f"operation error IAM: {head}NoSuchEntity: no role"
    error = refused("Throttling")
    error.service = "iam"
    assert describe(error) == f"operation error IAM: {head}api error Throttling: no role"
    error = ClientError({}, "GetRole")
    error.service = "other"
    error.service = ""
    assert describe(error) == (
        "operation error : GetRole, https response error StatusCode: 0, RequestID: , api error "
        "Unknown: "
    )


def test_an_error_that_boto3_names_is_one_of_the_model():
    class NoSuchEntityException(ClientError):
        pass

    error = NoSuchEntityException(refused().response, "GetRole")
    assert describe(error).endswith("RequestID: r1, NoSuchEntity: no role")
    assert SERVICE_NAMES["lambda"] == "Lambda" and len(SERVICE_NAMES) == 16


@pytest.mark.parametrize(
    "seconds, text",
    [(0, "0s"), (59, "59s"), (60, "1m0s"), (90.9, "1m30s"), (3599, "59m59s"), (3600, "1h0m0s"),
     (3661, "1h1m1s")],
)  # fmt: skip
def test_a_duration_as_go_writes_it(seconds, text):
    assert duration(seconds) == text


# Errors


def test_what_the_user_reads_about_a_failed_call(capsys):
    def said(error, endpoint="http://e"):
        return engine_errors.sentence(error, "creating it", endpoint)

    assert said(CallError("as it is")) == "as it is"
    assert said(TimedOut("too long")) == "creating it: too long"
    assert said(Incomplete(Created("i", {}), "half")) == "half"
    assert said(refused()).startswith("creating it: operation error : GetRole")
    nothing = EndpointConnectionError(endpoint_url="x")
    fix = "; start the sandbox with `python -m sandbox start`, then run this again"
    assert (
        said(nothing) == f"creating it: nothing answers at http://e (EndpointConnectionError){fix}"
    )
    assert said(nothing, "") == "creating it: nothing answers at AWS (EndpointConnectionError)"
    late = ConnectTimeoutError(endpoint_url="x")
    assert said(late) == f"creating it: nothing answers at http://e (ConnectTimeoutError){fix}"
    wrong = ParamValidationError(report="no good")
    assert said(wrong) == f"creating it: {wrong}"
    assert capsys.readouterr().err == ""
    assert said(KeyError("x")) == (
        "creating it: the sandbox's provider failed, KeyError: 'x'; its log has the details"
    )
    assert "KeyError: 'x'" in capsys.readouterr().err


class Ended(Exception):
    """grpc's own way to end a call."""


class Rpc:
    """The engine's call: how it was ended, and what it wants to be told."""

    def __init__(self):
        self.ended, self.callbacks = [], []

    def abort(self, code, text):
        self.ended.append((code, text))
        raise Ended(text)

    def abort_with_status(self, status):
        self.ended.append(status)
        raise Ended

    def add_callback(self, call):
        self.callbacks.append(call)


def test_a_call_ends_with_its_sentence_or_as_cancelled():
    rpc = Rpc()
    with pytest.raises(Ended):
        engine_errors.fail(rpc, CallError("no"), "creating it", "")
    with pytest.raises(Ended):
        engine_errors.fail(rpc, Cancelled(), "creating it", "")
    assert rpc.ended == [
        (grpc.StatusCode.UNKNOWN, "no"), (grpc.StatusCode.CANCELLED, "creating it: cancelled")
    ]  # fmt: skip


def test_a_create_that_stopped_half_way_keeps_what_there_is():
    rpc = Rpc()
    with pytest.raises(Ended):
        engine_errors.incomplete(rpc, Incomplete(Created("i", {}), "half"), {"a": 1}, {"b": 2})
    (status,) = rpc.ended
    assert (status.code, status.details) == (grpc.StatusCode.UNKNOWN, "half")
    (name, data), = status.trailing_metadata  # fmt: skip
    assert name == "grpc-status-details-bin"
    told = status_pb2.Status.FromString(data)
    assert (told.code, told.message) == (2, "half")
    detail = provider_pb2.ErrorResourceInitFailed()
    assert told.details[0].Unpack(detail)
    assert (detail.id, list(detail.reasons)) == ("i", ["half"])
    assert (decode(detail.properties), decode(detail.inputs)) == ({"a": 1}, {"b": 2})


def test_a_type_that_is_lacking_is_told_with_those_close_to_it():
    close = engine_errors.unknown_type("aws:iam/roles:Roles")
    assert close.startswith(
        "aws:iam/roles:Roles is not among the types of the sandbox's provider; close to it: "
    )
    assert "aws:iam/role:Role" in close
    assert close.endswith("; the target aws, with the official provider, has it")
    far = engine_errors.unknown_type("other")
    assert "; there: " in far and all(token in far for token in registry.load())
    function = engine_errors.unknown_function("aws:index/getRegions:getRegions")
    assert function.startswith("aws:index/getRegions:getRegions is not among the functions of the ")
    assert "close to it: aws:index/getRegion:getRegion" in function


# Contexts


@pytest.mark.parametrize(
    "region, partition",
    [
        ("us-east-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-govern-1", "aws"),
    ],
)
def test_a_region_is_in_a_partition(region, partition):
    assert Context(region).partition == partition


def test_a_context_alone_serves_tests(monkeypatch):
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    ctx = Context()
    assert (ctx.region, ctx.account, ctx.endpoint, ctx.timeout) == (
        "us-east-1",
        "000000000000",
        "",
        0.0,
    )
    assert ctx.default_tags == {} and not ctx.cancelled.is_set() and ctx.made("i") is None
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://e")
    assert Context().endpoint == "http://e"


def test_what_was_made_is_noted_with_what_is_known():
    noted = []
    ctx = Context(note=lambda *given: noted.append(given))
    ctx.made("i")
    ctx.made("j", {"a": 1})
    assert noted == [("i", {}), ("j", {"a": 1})]


def test_a_wait_ends_by_an_interrupt_or_with_the_time_that_there_is():
    ctx = Context()
    ctx.wait(0.001)
    ctx.wait(0)  # without a time that the program gives, none is over
    before = time.monotonic()
    Context(timeout=0.02, started=before).wait(60)
    assert time.monotonic() - before < 30, "no longer than is left"
    with pytest.raises(TimedOut) as told:
        Context(timeout=90, started=time.monotonic() - 91).wait(1)
    assert str(told.value) == "timeout while waiting (timeout: 1m30s)"
    ctx.cancelled.set()
    for seconds in (60, 0):
        with pytest.raises(Cancelled):
            ctx.wait(seconds)


@pytest.mark.parametrize("created, may", [(4.9, False), (5.0, True), (5.7, True), (9.0, True)])
def test_what_was_made_before_a_create_began_is_not_its_own(created, may):
    at = datetime.fromtimestamp(created, timezone.utc)
    assert Context(begun=5.7).since_begun(at) is may
    assert Context().since_begun(at) is False


def test_a_client_is_made_once_for_a_service_and_a_region():
    clients = Clients()
    one = clients.get("iam", "us-east-1", "http://e")
    assert clients.get("iam", "us-east-1", "") is one
    assert one.meta.endpoint_url == "http://e" and one.meta.region_name == "us-east-1"
    assert one.meta.config.max_pool_connections == 64
    assert one.meta.config.retries == {
        "mode": "standard",
        "total_max_attempts": 6,
    }  # the first and five more
    other = clients.get("iam", "eu-west-1", "")
    assert other is not one and other.meta.endpoint_url == "https://iam.amazonaws.com"
    assert Context("eu-west-1", clients=clients).client("iam") is other


def test_refusals_of_a_block_have_what_was_being_done():
    with pytest.raises(AwsError) as told:  # noqa: SIM117
        with doing("creating it", "iam"):
            raise refused()
    assert str(told.value).startswith("creating it: operation error IAM: GetRole")
    assert told.value.error.service == "iam"
    with pytest.raises(KeyError), doing("creating it", "iam"):
        raise KeyError


def test_a_kind_is_found_by_its_token():
    assert registry.kind("aws:iam/role:Role").token == "aws:iam/role:Role"
    for none in ("aws:iam/none:None", "iam", "aws:x:y:z", "aws:x/y:Z"):
        assert registry.kind(none) is None
    assert "aws:index/getRegion:getRegion" in registry.functions()
    assert "x" not in registry.functions()
    bare = Kind("t", None, None, None)
    assert (
        bare.imported("i") == ("i", {}) and (bare.update, bare.find, bare.identified) == (None,) * 3
    )
    assert (bare.computed, bare.lacks) == ((), ())


TAIL = ("operation error IAM: GetRole, https response error StatusCode: 404, RequestID: r1, "
        "NoSuchEntity: no role")  # fmt: skip


def test_every_refusal_is_worded_with_what_was_being_done():
    def fail(*_):
        raise refused()

    calls = {"create": fail, "read": fail, "update": fail, "delete": fail}
    kind, ctx = resource("iam", "IAM Role", "t", **calls, called="name"), Context()
    for call, what in (
        (lambda: kind.create(ctx, {"name": "x"}), "creating IAM Role (x)"),
        (lambda: kind.create(ctx, {}), "creating IAM Role"),
        (lambda: kind.read(ctx, "i", {}), "reading IAM Role (i)"),
        (lambda: kind.update(ctx, "i", {}, {}), "updating IAM Role (i)"),
        (lambda: kind.delete(ctx, "i", {}), "deleting IAM Role (i)"),
    ):
        with pytest.raises(AwsError) as told:
            call()
        assert str(told.value) == f"{what}: {TAIL}"
    plain = resource("iam", "IAM Role", "t", **{**calls, "update": None})
    assert plain.update is None
    with pytest.raises(AwsError) as told:
        plain.create(ctx, {"name": "x"})
    assert str(told.value) == f"creating IAM Role: {TAIL}"


def test_the_calls_of_a_kind_are_given_what_they_need():
    asked = []

    def noted(name, answer):
        return lambda *given: asked.append((name, *given)) or answer

    seen = {"b": 2}
    kind = resource(
        "iam", "Role", "t", create=noted("create", "i"), read=noted("read", seen),
        update=noted("update", None), delete=noted("delete", "nothing of it"), find=noted("find", "i"),
    )  # fmt: skip
    ctx = Context()
    assert kind.create(ctx, {"a": 1}) == Created("i", seen)
    assert kind.read(ctx, "i", {"b": 1}) == seen
    assert kind.update(ctx, "i", {"b": 1}, {"c": 1}) == seen
    assert kind.delete(ctx, "i", {"b": 1}) is None
    assert kind.find(ctx, {"a": 1}) == Created("i", seen)
    assert asked == [
        ("create", ctx, {"a": 1}), ("read", ctx, "i", {"a": 1}), ("read", ctx, "i", {"b": 1}),
        ("update", ctx, "i", {"b": 1}, {"c": 1}), ("read", ctx, "i", {"c": 1}),
        ("delete", ctx, "i", {"b": 1}), ("find", ctx, {"a": 1}), ("read", ctx, "i", {"a": 1}),
    ]  # fmt: skip


def test_what_was_found_and_has_nothing_to_tell_is_there_all_the_same():
    kind = resource("iam", "Role", "t", create=lambda *_: "i", read=lambda *_: {},
                    delete=lambda *_: None, find=lambda *_: "i")  # fmt: skip
    assert kind.find(Context(), {}) == Created("i", {}) == kind.create(Context(), {})


# One call


def sts(account="123456789012"):
    asked = []

    class Sts:
        def get_caller_identity(self):
            asked.append(1)
            return {"Account": account}

    return asked, lambda *given: asked.append(given) or Sts()


@pytest.fixture
def calls(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://e/")
    made = Contexts()
    made.asked, made.clients.get = sts()
    return made


def test_a_call_gets_its_region_account_and_endpoint(calls):
    run, rpc = Run(), Rpc()
    run.settings = SimpleNamespace(region="eu-west-1")
    with calls.of(run, rpc, "creating it", {}, 9.0) as ctx:
        assert (ctx.region, ctx.account, ctx.endpoint) == ("eu-west-1", "123456789012", "http://e")
        assert (ctx.timeout, ctx.default_tags, ctx.clients) == (9.0, {}, calls.clients)
        rpc.callbacks[0]()
        assert ctx.cancelled.is_set()
    with calls.of(run, rpc, "creating it", {"region": Secret("us-west-2")}) as ctx:
        assert (ctx.region, ctx.timeout) == ("us-west-2", 0.0)
        run.cancel()
        assert ctx.cancelled.is_set()
    assert calls.asked == [("sts", "eu-west-1", "http://e"), 1], "asked for once"


def test_an_error_of_a_call_ends_it_in_the_users_words(calls):
    rpc = Rpc()
    with pytest.raises(Ended), calls.of(Run(), rpc, "creating it", {}):
        raise EndpointConnectionError(endpoint_url="x")
    assert rpc.ended[0][1].startswith("creating it: nothing answers at http://e (Endpoint")
    ended = Exception("on purpose")  # what grpc's abort raises
    with pytest.raises(Exception, match="^on purpose$"), calls.of(Run(), rpc, "x", {}):
        raise ended
    assert len(rpc.ended) == 1
    lost = EndpointConnectionError(endpoint_url="x")
    with pytest.raises(EndpointConnectionError), calls.of(Run(), rpc, "x", {}, abort=False):
        raise lost
    assert len(rpc.ended) == 1, "raised on"


# Shapes


def client(**members):
    """A client whose model has one structure with these members."""
    kinds_of = {name: _shape(kind) for name, kind in members.items()}
    top = SimpleNamespace(type_name="structure", name="Top", members=kinds_of)
    return SimpleNamespace(
        meta=SimpleNamespace(service_model=SimpleNamespace(shape_for=lambda name: top))
    )


def _shape(kind):
    if isinstance(kind, dict):
        inside = {name: _shape(each) for name, each in kind.items()}
        return SimpleNamespace(type_name="structure", name="Inner", members=inside)
    if isinstance(kind, list):
        return SimpleNamespace(type_name="list", member=_shape(kind[0]))
    if isinstance(kind, tuple):
        return SimpleNamespace(type_name="map", value=_shape(kind[0]))
    return SimpleNamespace(type_name=kind)


@pytest.mark.parametrize(
    "kind, value, wanted",
    [("integer", 3.0, 3), ("long", "4", 4), ("float", 1, 1.0), ("double", "1.5", 1.5),
     ("boolean", True, True), ("boolean", "TRUE", True), ("boolean", "false", False),
     ("blob", "é", b"\xc3\xa9"), ("blob", b"x", b"x"), ("string", True, "true"), ("string", 7, "7"),
     (["string"], ("a", 1), ["a", "1"]), (["integer"], "5", [5]), (("integer",), {"k": "1"}, {"k": 1}),
     ({"A": "string"}, {"a": "x"}, {"A": "x"}), ({"A": "string"}, [{"a": "x"}], {"A": "x"}),
     ({"A": "string"}, [], {}), ({"A": "string"}, None, None)],
    ids=range(18),
)  # fmt: skip
def test_a_value_takes_the_form_of_the_api(kind, value, wanted):
    found = shapes.request(client(Member=kind), "Top", {"member": value})
    assert found == ({} if wanted is None else {"Member": wanted})
    if wanted is not None and not isinstance(wanted, (list, dict)):
        assert type(found["Member"]) is type(wanted)


def test_a_name_that_the_api_has_not_is_refused():
    made = client(ARN="string", Other="string")
    assert shapes.request(made, "Top", {"arn": "a", "other": ""}) == {"ARN": "a"}
    assert shapes.request(made, "Top", {"mine": "a"}, {"mine": "Other"}) == {"Other": "a"}
    with pytest.raises(CallError) as told:
        shapes.request(made, "Top", {"odd": 1})
    assert str(told.value) == (
        "odd in Top is an argument that the sandbox cannot carry out; leave it out here, or use the "
        "target aws"
    )


@pytest.mark.parametrize(
    "field, value, wanted",
    [
        (Field("string"), True, "true"), (Field("string"), 7, "7"), (Field("string"), None, None),
        (Field("integer"), 7, 7), (Field("bool"), False, False), (Field("string"), b"x", "x"),
        (Field("string"), datetime(2026, 1, 2, tzinfo=timezone.utc), "2026-01-02T00:00:00Z"),
        (Field("map"), {"Any": 1}, {"Any": 1}), (Field("list"), [1, "a"], [1, "a"]),
        (Field("list", element=Field("string")), [1], ["1"]),
        (Field("list", element=Field("object", fields={"a": Field("string")})), {"A": 1}, [{"a": "1"}]),
        (Field("object", fields={"a": Field("string")}), [{"A": 1, "B": 2}], {"a": "1"}),
        (Field("object", fields={"a": Field("string")}), [], None),
        (Field("object", fields={"a": Field("any"), "b": Field("any"), "c": Field("any")}),
         {"A": "", "B": [], "C": 0}, {"c": 0}),
        (Field("object"), {"IPSetId": "x", "Gone": None}, {"ipSetId": "x"}),
    ],
    ids=range(15),
)  # fmt: skip
def test_an_answer_takes_the_form_of_an_argument(field, value, wanted):
    assert shapes.answer(field, value) == wanted


def test_names_that_differ_are_known_both_ways():
    field = Field("object", fields={"mine": Field("string")})
    assert shapes.answer(field, {"Theirs": 1}, {"mine": "Theirs"}) == {"mine": "1"}
    assert shapes.answer(Field("object"), {"Theirs": 1}, {"mine": "Theirs"}) == {"mine": 1}


@pytest.mark.parametrize(
    "member, name",
    [("IPSetForwardedIPConfig", "ipSetForwardedIpConfig"), ("ARN", "arn"), ("RoleName", "roleName"),
     ("name", "name"), ("S3Bucket", "s3Bucket"), ("ClientId", "clientId"), ("KMSKeyId", "kmsKeyId")],
)  # fmt: skip
def test_a_member_as_pulumi_writes_it(member, name):
    assert shapes.camel(member) == name


def test_a_block_without_what_is_empty():
    assert shapes.filled({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False}) == {
        "e": 0, "f": False
    }  # fmt: skip


# The journal


@pytest.fixture
def clock(monkeypatch):
    """The journal's time, which tests set."""
    clock = SimpleNamespace(now=5.5)
    monkeypatch.setattr(journal_of_core, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


def test_what_was_begun_is_known_to_the_next_process(tmp_path, clock):
    folder = tmp_path / "deep" / "journal"
    journal = Journal(folder)
    assert journal.find("u") is None and not folder.exists()
    journal.begin("u", {"a": 1, "s": Secret("x"), "u": UNKNOWN})
    assert journal.find("u") == Entry("u", {"a": 1}, None, {}, 5.5) == Journal(folder).find("u")
    clock.now = 7
    journal.made("u", "i", {"b": 2, "hush": 3, "s": Secret("x")}, {"hush"}.__contains__)
    assert Journal(folder).find("u") == Entry("u", {"a": 1}, "i", {"b": 2}, 5.5)
    journal.begin("u", {"a": 2})
    assert Journal(folder).find("u") == Entry("u", {"a": 2}, None, {}, 5.5), (
        "begun when noted first"
    )
    journal.made("v", "j", {}, lambda name: False)
    assert Journal(folder).find("v") == Entry("v", {}, "j", {}, 7)
    assert [file.suffix for file in folder.iterdir()] == [".json", ".json"]
    assert {len(file.stem) for file in folder.iterdir()} == {24}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_the_creates_of_a_stack_are_its_own_and_the_last_one_is_the_first(tmp_path, clock):
    journal = Journal(tmp_path)
    for clock.now, urn in enumerate(("urn:pulumi:s::p::t::a", "urn:pulumi:s::p::t::b",
                                     "urn:pulumi:s::pp::t::c", "urn:pulumi:ss::p::t::d", "u")):  # fmt: skip
        journal.begin(urn, {})
    names = [entry.urn for entry in journal.of("p", "s")]
    assert names == ["urn:pulumi:s::p::t::b", "urn:pulumi:s::p::t::a"]
    assert journal.of("other", "s") == []


def test_what_the_engine_has_is_forgotten(tmp_path):
    journal = Journal(tmp_path)
    for urn in ("u", "v"):
        journal.begin(urn, {})
        journal.made(urn, "i", {}, lambda name: False)
    journal.forget("u", "other")
    assert journal.find("u") is not None
    journal.forget("u", "i")
    journal.forget("v")
    journal.forget("v")
    assert journal.find("u") is journal.find("v") is None and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"urn": "u"}', '{"odd": 1}'])
def test_a_note_that_was_cut_short_is_none(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    (tmp_path / "y.json").write_text(json.dumps({"urn": "u", "inputs": {}}))
    (tmp_path / "z.part").write_text(json.dumps({"urn": "part", "inputs": {}}))
    journal = Journal(tmp_path)
    assert journal.find("u") == Entry("u", {}) and journal.find("part") is None


def test_secrets_and_unknowns_stay_out_at_every_depth():
    value = {"a": [{"b": Secret(1), "c": UNKNOWN, "d": 2}, Secret(3), 4], "e": Secret(5)}
    assert public(value) == {"a": [{"d": 2}, 4]}


def test_two_threads_write_at_once(tmp_path):
    journal = Journal(tmp_path)
    threads = [threading.Thread(target=journal.begin, args=(f"u{n}", {"n": n})) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(Journal(tmp_path).find(f"u{n}").inputs == {"n": n} for n in range(20))


def test_services_are_named_as_their_models_do():
    from botocore.loaders import Loader

    for service, name in SERVICE_NAMES.items():
        model = Loader().load_service_model(service, "service-2")
        assert model["metadata"]["serviceId"] == name


def test_every_type_is_in_a_service_that_its_token_leads_to():
    for token in registry.load():
        services = registry.SERVICES[token.split(":")[1].split("/")[0]]
        modules = [importlib.import_module(f"sandbox.provider.{each}.kinds") for each in services]
        assert token in {kind.token for module in modules for kind in module.KINDS}


def test_an_error_has_the_code_of_the_model_or_the_shapes_name():
    for service, operation, code, known in (
        ("iam", "GetRole", "NoSuchEntity", True), ("iam", "GetRole", "NoSuchEntityException", False),
        ("lambda", "GetFunction", "ResourceNotFoundException", True), ("s3", "ListBuckets", "Odd", False),
    ):  # fmt: skip
        error = refused(code, operation)
        error.service = service
        assert ("api error" not in describe(error)) is known


def test_a_type_that_only_the_facts_know_comes_with_a_later_chapter():
    known = [token for token in engine_errors.facts.tokens() if token not in registry.load()]
    later = "; the sandbox will learn it with a later chapter"
    for token in known[:3]:
        assert engine_errors.unknown_type(token).endswith(later)
    assert later not in engine_errors.unknown_type("aws:iam/none:None")
