"""A deployment's rows, values, messages and places: what stands where little or nothing is said."""

import json

import pytest

from lab.deploy import explain, values
from lab.deploy.places import Place, Places, chapters_of, places, reached
from lab.deploy.rows import OPERATIONS, Row, spoken
from lab.deploy.state import Deployment, replay
from lab.deploy.values import (
    ARCHIVE,
    ASSET,
    MARK,
    OUTPUT,
    SECRET,
    UNKNOWN,
    Change,
    changed_outputs,
    changes,
    masked,
    short,
    snake,
)  # fmt: skip

URN = "urn:pulumi:test::gateway::aws:iam/role:Role::FunctionRole"
KIND = "aws:iam/role:Role"
STACK = {"urn": "urn:pulumi:test::gateway::pulumi:pulumi:Stack::gateway-test",
         "type": "pulumi:pulumi:Stack"}  # fmt: skip


def pre(op="create", **more):
    return {"resourcePreEvent": {"metadata": {"urn": URN, "type": KIND, "op": op, **more}}}


def outputs(op="create", **more):
    return {"resOutputsEvent": {"metadata": {"urn": URN, "type": KIND, "op": op, **more}}}


def failed(op="create", **more):
    return {"resOpFailedEvent": {"metadata": {"urn": URN, "type": KIND, "op": op, **more}}}


def said(message, severity="error", urn=""):
    return {"diagnosticEvent": {"message": message, "severity": severity, "urn": urn}}


def after(*events, kind="up", begun=10.0, **more):
    """A deployment after these events, a second apart from the first at 11 s."""
    deployment = Deployment(kind, **more)
    deployment.begin(begun)
    for number, event in enumerate(events, 1):
        deployment.apply(event, begun + number)
    return deployment


def row(*events, **more):
    return after(*events, **more).rows[URN]


# Beginning and end


def test_nothing_is_known_of_a_deployment_that_has_not_begun():
    assert Deployment("up").state() == {
        "kind": "up", "title": "", "where": {}, "status": "idle", "phase": "", "result": "",
        "started": 0.0, "seconds": None, "rows": [], "notes": [], "problems": [], "outputs": {},
        "changed_outputs": {}, "counts": {}, "changes": {},
    }  # fmt: skip
    assert Deployment("up").places == {}


def test_it_begins_with_the_engine_and_then_runs_the_program():
    deployment = after()
    assert (deployment.status, deployment.phase, deployment.started) == (
        "running", "starting the engine", 10.0
    )  # fmt: skip
    deployment.begin(3.0, "waiting")
    assert (deployment.phase, deployment.started) == ("waiting", 3.0)
    deployment.apply({"preludeEvent": {}}, 4.0)
    assert deployment.phase == "running the program"
    deployment.apply({"preludeEvent": None, "summaryEvent": {"result": None}}, 4.0)
    assert deployment.result == ""
    deployment.apply({"summaryEvent": {"result": "succeeded"}}, 4.0)
    assert deployment.result == "succeeded"


@pytest.mark.parametrize(
    "event",
    [{}, {"resourcePreEvent": None}, {"resourcePreEvent": {}}, {"resourcePreEvent": {"metadata": 7}},
     {"resourcePreEvent": {"metadata": {"type": KIND}}}, {"diagnosticEvent": 7},
     {"summaryEvent": 7}, {"resOutputsEvent": {"metadata": {"urn": ""}}}],
    ids=range(8),
)  # fmt: skip
def test_an_event_that_says_nothing_changes_nothing(event):
    assert after(event).state() == after().state()


@pytest.mark.parametrize(
    "status, result, ends, rest",
    [
        ("done", "succeeded", "done", "done"),
        ("done", "failed", "failed", "stopped"),
        ("failed", "", "failed", "stopped"),
        ("stopped", "succeeded", "stopped", "stopped"),
    ],
)
def test_a_row_that_still_ran_ends_as_the_whole_allows(status, result, ends, rest):
    deployment = after(pre(), {"summaryEvent": {"result": result}})
    deployment.finish(status, 15.5)
    assert (deployment.status, deployment.phase, deployment.seconds) == (ends, "", 5.5)
    assert (deployment.rows[URN].status, deployment.rows[URN].seconds) == (rest, 4.5)
    assert deployment.problems == []


def test_one_row_that_failed_is_a_failure_of_the_whole_unless_it_was_stopped():
    deployment = after(pre(), failed())
    deployment.finish("done", 15.0, "It broke.", "Mend it.")
    assert (deployment.status, deployment.problems) == ("failed", [("It broke.", "Mend it.")])
    assert deployment.rows[URN].status == "failed"
    deployment = after(pre(), failed())
    deployment.finish("stopped", 15.0, "Stopped.")
    assert (deployment.rows[URN].status, deployment.problems) == ("stopped", [("Stopped.", "")])


# Rows


def test_a_row_knows_what_it_is_and_when_it_began():
    place = Place(2, "function_role", 1, 9)
    found = row(pre(), places={"FunctionRole": place})
    assert found == Row(
        URN, "FunctionRole", "aws.iam.Role", "create", "running", 11.0, None, None, [], [], "", "", "",
        place,
    )  # fmt: skip
    assert row(pre()).place is None
    assert Row("u", "n", "t").status == "running" and Row("u", "n", "t").started == 0.0


@pytest.mark.parametrize("kind, status", [("plan", "planned"), ("up", "done"), ("destroy", "done")])
def test_what_has_outputs_is_planned_or_done(kind, status):
    found = row(pre(), outputs(), kind=kind)
    assert (found.status, found.seconds) == (status, 1.0)


def test_a_later_step_of_a_resource_goes_on_where_its_clock_stopped():
    found = row(pre("create-replacement"), outputs("create-replacement"), pre("delete-replaced"))
    assert (found.status, found.started, found.seconds) == ("running", 12.0, None)
    assert found.operation == "replace"


def test_a_failure_is_the_last_word_on_a_row():
    found = row(pre(), failed(), pre("delete"), outputs("delete"))
    assert (found.operation, found.status, found.seconds) == ("create", "failed", 1.0)


@pytest.mark.parametrize("op", OPERATIONS)
def test_each_step_of_the_engine_has_a_readers_word(op):
    assert row(pre(op)).operation == OPERATIONS[op]
    wanted = "delete" if OPERATIONS[op] == "replace" else OPERATIONS[op]
    assert row(pre(op), kind="destroy").operation == wanted


def test_the_readers_words():
    assert {
        "same": "same", "create": "create", "update": "update", "delete": "delete", "read": "read",
        "refresh": "refresh", "import": "import", "replace": "replace", "discard": "delete",
        **dict.fromkeys(
            ["create-replacement", "delete-replaced", "read-replacement", "import-replacement",
             "discard-replaced", "remove-pending-replace"], "replace",
        ),
    } == OPERATIONS  # fmt: skip
    assert row(pre("something-new")).operation == "something-new"


@pytest.mark.parametrize("op, shown", [("same", "replace"), ("delete", "replace"),
                                       ("refresh", "replace"), ("create", "create")])  # fmt: skip
def test_a_replacement_stays_one_through_its_other_steps(op, shown):
    assert row(pre("replace"), outputs(op)).operation == shown


@pytest.mark.parametrize(
    "more, drift",
    [({"new": {}}, ""), ({"new": None}, "gone"), ({}, "gone"),
     ({"new": {}, "detailedDiff": {"a": {}}}, "changed"), ({"detailedDiff": {"a": {}}}, "changed")],
    ids=range(5),
)  # fmt: skip
def test_a_refresh_finds_what_is_gone_or_changed(more, drift):
    assert row(pre("refresh"), outputs("refresh", **more)).drift == drift
    assert row(outputs("update", **more)).drift == ""


@pytest.mark.parametrize(
    "operation, status, drift, changed",
    [("same", "done", "", False), ("read", "done", "", False), ("refresh", "done", "", False),
     ("refresh", "done", "changed", False), ("refresh", "done", "gone", True),
     ("same", "failed", "", True), ("same", "stopped", "", True), ("create", "done", "", True)],
)  # fmt: skip
def test_a_reader_wants_to_see_what_changes_or_went_wrong(operation, status, drift, changed):
    found = Row("u", "n", "t", operation, status, drift=drift)
    assert found.changed is changed


def test_the_rows_are_drawn_failed_first_and_running_last():
    deployment = Deployment("up")
    for status in ("running", "done", "stopped", "planned", "failed", "other"):
        deployment.rows[status] = Row(status, status, "t", "create", status)
    deployment.rows["same"] = Row("same", "same", "t", "same", "done")
    assert [one.name for one in deployment.shown()] == [
        "failed", "stopped", "done", "planned", "other", "running"
    ]  # fmt: skip
    assert [one.name for one in deployment.of("done", "failed")] == ["done", "failed", "same"]


def test_only_what_is_done_or_planned_counts_and_in_this_order():
    deployment = Deployment("up")
    kinds = ["same", "refresh", "read", "import", "delete", "replace", "update", "create"]
    for number, operation in enumerate(kinds):
        for status in ("done", "planned", "running", "failed"):
            name = f"{number}{status}"
            deployment.rows[name] = Row(name, name, "t", operation, status)
    assert list(deployment.counts.items()) == [(kind, 2) for kind in kinds[::-1]]
    assert deployment.changes == {"create": 2, "update": 2, "replace": 2, "delete": 2, "import": 2}
    deployment.changed_outputs = {"url": "update", "key": "create"}
    assert deployment.changes["outputs"] == 2


def test_what_differs_is_told_by_the_details_and_replacing_by_the_keys():
    old = {"inputs": {"name": "a", "pathPart": "x"}}
    new = {"inputs": {"name": "b", "pathPart": "y"}}
    details = {"name": {"diffKind": "update"}, "pathPart": {"diffKind": "update-replace"}}
    found = row(pre("replace", old=old, new=new, detailedDiff=details))
    assert found.changes == [Change("name", "a", "b"), Change("path_part", "x", "y", True)]
    assert found.because == ["path_part"]
    found = row(pre("update", old=old, new=new, diffs=["pathPart"], keys=["restApi"]))
    assert found.changes == [Change("path_part", "x", "y")] and found.because == ["rest_api"]
    for nothing in ({"old": old}, {"new": new}, {"old": None, "new": new}):
        assert row(pre("update", detailedDiff=details, **nothing)).changes == []
    assert row(pre("same", old=old, new=new, detailedDiff=details)).changes == []


def test_the_stack_and_providers_have_no_row_and_the_stack_has_outputs():
    def stack(op="update", old=None, new=None):
        return {"resOutputsEvent": {"metadata": {**STACK, "op": op, "old": old, "new": new}}}

    found = after(stack(old={"outputs": {"a": 1, "b": 2}}, new={"outputs": {"b": 3, "c": 4}}))
    assert found.rows == {} and found.outputs == {"b": 3, "c": 4}
    assert found.changed_outputs == {"a": "delete", "b": "update", "c": "create"}
    assert after(stack()).outputs == {}
    found.apply(stack("delete", old={"outputs": {"b": 3}}), 20.0)
    assert found.outputs == {"b": 3, "c": 4}
    provider = {"urn": "u::aws", "type": "pulumi:providers:aws", "op": "create"}
    assert after({"resourcePreEvent": {"metadata": provider}}).rows == {}


@pytest.mark.parametrize(
    "message", ["", "  ", "update failed", "preview failed", "destroy failed", "refresh failed",
                "update canceled"],
)  # fmt: skip
def test_the_engines_last_words_are_no_news(message):
    assert after(said(message)).problems == []


def test_an_error_belongs_to_its_row_or_to_the_whole():
    assert after(said("no", "warning")).problems == after(said("no", "info")).problems == []
    found = after(pre(), said(" boom \n", urn=URN))
    assert found.problems == [] and found.rows[URN].status == "failed"
    assert (found.rows[URN].message, found.rows[URN].fix) == ("boom", "")
    found = after(said("boom"), said("boom"), said("No space left on device"))
    assert found.problems == [
        ("boom", ""),
        ("The disk is full.", ("Free some space, then run this cell again: nothing that was "
                              "deployed is lost.")),
    ]  # fmt: skip


def test_a_check_that_refuses_before_any_step_makes_the_row():
    urn = "urn:pulumi:test::gateway::my:Group$aws:iam/role:Role::FunctionRole"
    found = after(said("boom", urn=urn)).rows[urn]
    assert (found.name, found.type, found.status) == ("FunctionRole", "aws.iam.Role", "failed")
    assert found.started == 10.0 and found.message == "boom"
    assert after(said("boom", urn="a::b::c")).problems == [("boom", "")]
    assert after(said("boom", urn=STACK["urn"])).problems == [("boom", "")]


@pytest.mark.parametrize(
    "kind, text",
    [("aws:iam/role:Role", "aws.iam.Role"), ("aws:lambda/function:Function", "aws.lambda_.Function"),
     ("aws:index/getRegion:getRegion", "aws.getRegion"), ("my:Group", "my:Group"),
     ("pulumi:pulumi:Stack", "pulumi.pulumi.Stack"), ("a:b:c:d", "a:b:c:d")],
)  # fmt: skip
def test_a_type_is_spoken_as_a_program_writes_it(kind, text):
    assert spoken(kind) == text


def test_a_recorded_stream_is_played_by_its_own_clock():
    events = [{**pre(), "t": 1.5}, outputs(), {**outputs(), "t": "4"}]
    found = replay(Deployment("up"), events[:2]).rows[URN]
    assert (found.started, found.seconds) == (1.5, 0.0)
    assert replay(Deployment("up"), events).rows[URN].seconds == 2.5
    assert replay(Deployment("up"), []).started == 0.0


# Values


@pytest.mark.parametrize(
    "value, shown",
    [
        (UNKNOWN, "(known after up)"), ([1, UNKNOWN], [1, "(known after up)"]), (None, None),
        ({MARK: SECRET, "value": "x"}, "[secret]"),
        ({MARK: OUTPUT, "value": "x", "secret": True}, "[secret]"),
        ({MARK: OUTPUT, "value": "x"}, "x"), ({MARK: OUTPUT}, "(known after up)"),
        ({MARK: ARCHIVE, "hash": "0123456789"}, "archive 01234567"),
        ({MARK: ASSET, "hash": "0123456789"}, "file 01234567"),
        ({MARK: "other", "a": {MARK: SECRET}}, {MARK: "other", "a": "[secret]"}),
        ({"a": [{"b": UNKNOWN}]}, {"a": [{"b": "(known after up)"}]}),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_value_is_shown_without_marks_and_secrets(value, shown):
    assert masked(value) == shown


@pytest.mark.parametrize(
    "path, spelled",
    [("restApi", "rest_api"), ("tags.ownerName", "tags.ownerName"), ("restApi[0].fooBar", "rest_api[0].fooBar"),
     ("name", "name"), ("", ""), ("kmsKeyArn2Id", "kms_key_arn2_id"), ("ABC", "ABC"), ("[0]", "[0]")],
)  # fmt: skip
def test_the_first_part_of_a_path_is_spelled_as_in_python(path, spelled):
    assert snake(path) == spelled


def test_a_value_has_one_line_of_sixty_characters():
    assert short("x" * 60) == "x" * 60 and short("x" * 61) == "x" * 59 + "…"
    assert short(" a \n b ") == "a b" and short({"a": "é  è"}) == '{"a": "é  è"}'
    assert short("abcd", 3) == "ab…" and short("abc", 3) == "abc"


@pytest.mark.parametrize(
    "details, keys, found",
    [
        (None, (), []),
        ({}, None, []),
        (None, ["b", "a"], [Change("a", "1", "2"), Change("b", "(none)", "x")]),
        ({"a": None}, ["b"], [Change("a", "1", "2")]),
        ({"a": {"diffKind": "add-replace"}}, (), [Change("a", "1", "2", True)]),
        ({"a": {"diffKind": "replace"}}, (), [Change("a", "1", "2")]),
        ({"same": {}}, (), [Change("same", "7", "7")]),
        ({"nothing": {}}, (), [Change("nothing", "(none)", "(none)")]),
        ({"doc": {}}, (), [Change("doc.x[1]", "2", "3")]),
        ({"list[1]": {}}, (), [Change("list[1]", "p", "q")]),
        ({"list[9]": {}}, (), [Change("list[9]", "(none)", "(none)")]),
        ({"list": {}}, (), [Change("list", '["o", "p"]', '["o", "q", "r"]')]),
        ({'map["k.l"]': {}}, (), [Change('map["k.l"]', "(none)", "(none)")]),
        ({'map["k"]': {}}, (), [Change('map["k"]', "1", "2")]),
        ({"map.k": {}}, (), [Change("map.k", "1", "2")]),
        ({"map": {}}, (), [Change("map.k", "1", "2"), Change("map.n", "(none)", "1")]),
        ({"hush": {}}, (), [Change("hush", "[secret]", "[secret]")]),
        ({"hush.deep": {}}, (), [Change("hush.deep", "[secret]", "[secret]")]),
    ],
    ids=range(18),
)
def test_what_differs_between_two_states(details, keys, found):
    old = {"a": 1, "same": 7, "doc": '{"x": [1, 2]}', "list": ["o", "p"], "map": {"k": 1},
           "hush": {MARK: SECRET, "deep": 1}}  # fmt: skip
    new = {"a": 2, "b": "x", "same": 7, "doc": '{"x": [1, 3]}', "list": ["o", "q", "r"],
           "map": {"k": 2, "n": 1}, "hush": {MARK: SECRET, "deep": 2}}  # fmt: skip
    assert changes(old, new, details, keys) == found


def test_a_key_in_brackets_may_have_dots():
    path = 'requestParameters["integration.request.header.x-pool"]'
    old, new = (
        {"requestParameters": {}},
        {"requestParameters": {path[19:-2]: "stageVariables.pool"}},
    )
    shown = path.replace("requestP", "request_p")
    assert changes(old, new, {path: {}}) == [Change(shown, "(none)", "stageVariables.pool")]


def test_a_text_that_only_begins_like_json_is_compared_as_text():
    assert changes({"a": "{x"}, {"a": "{y"}, {"a": {}}) == [Change("a", "{x", "{y")]
    assert changes({"a": "[1]"}, {"a": "[2]"}, {"a": {}}) == [Change("a[0]", "1", "2")]
    assert changes(None, {"a": 1}, {"a": {}}) == [Change("a", "(none)", "1")]
    assert changes({"a": ""}, {"a": "x"}, {"a": {}}) == [Change("a", '""', "x")]


ALLOW = {
    "Effect": "Allow",
    "Principal": "*",
    "Action": "execute-api:Invoke",
    "Resource": ["/a", "/b"],
}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "/c"}
WORDS = "The quick brown fox jumps over the lazy dog, again and again and again and "


def policy(*statements, **spaces):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, **spaces)


@pytest.mark.parametrize(
    "old, new, found",
    [
        (policy(ALLOW), policy({**ALLOW, "Resource": ["/a", "/d"]}),
         [Change("a.Statement[0].Resource[1]", "/b", "/d")]),
        (policy(ALLOW), policy(DENY, ALLOW),
         [Change("a.Statement[0]", "(none)", json.dumps(DENY)[:59] + "…")]),
        (policy(DENY, ALLOW, DENY), policy(ALLOW, DENY),
         [Change("a.Statement[0]", json.dumps(DENY)[:59] + "…", "(none)")]),
        (policy(ALLOW, DENY), policy(ALLOW, {**DENY, "Condition": {"Bool": {"k": "false"}}}),
         [Change("a.Statement[1].Condition", "(none)", '{"Bool": {"k": "false"}}')]),
        (WORDS + "a b", WORDS + "a  b", [Change("a", '…and␣again␣and␣a␣b"', '…and␣again␣and␣a␣␣b"')]),
        (WORDS + "1.", WORDS + "2.", [Change("a", "…and again and 1.", "…and again and 2.")]),
        (WORDS + "x" * 80, WORDS,
         [Change("a", "…and again and " + "x" * 44 + "…", "…and again and")]),
        ({"t": '{"m": {"n": 1}}'}, {"t": '{"m": {"n": 2}}'}, [Change("a.t.m.n", "1", "2")]),
        ({"t": '{"m": 1}'}, {"t": "{m}"}, [Change("a.t", '{"m": 1}', "{m}")]),
    ],
    ids=range(9),
)  # fmt: skip
def test_of_a_long_value_the_part_that_differs_is_shown(old, new, found):
    assert changes({"a": old}, {"a": new}, {"a": {}}) == found


def test_what_differs_is_found_in_much_and_deep_in_time():
    many, more = list(range(5000)), [*range(4999), 7]
    assert changes({"a": many}, {"a": more}, {"a": {}}) == [Change("a[4999]", "4999", "7")]
    deep, deeper = "[" * 5000, "[" * 400 + "1" + "]" * 400
    for old, new in ((deep, deep + "x"), (deeper, deeper.replace("1", "2"))):
        assert changes({"a": old}, {"a": new}, {"a": {}})


def test_outputs_differ_by_name():
    assert changed_outputs({}, {}) == changed_outputs({"a": 1}, {"a": 1}) == {}
    assert list(changed_outputs({"b": 1, "a": 1}, {"c": 1, "b": 2}).items()) == [
        ("a", "delete"), ("b", "update"), ("c", "create")
    ]  # fmt: skip
    assert values.WIDTH == 60


# Messages


@pytest.mark.parametrize(
    "message, told",
    [
        ("x Missing required property 'role' y",
         ("The argument `role` is missing.", "Give the resource a value for `role`.")),
        ("Role._internal_init() got an unexpected keyword argument 'nam'",
         ("The resource has no argument `nam`.", "Check the spelling of `nam`.")),
        ("Calling __str__ on an Output[T] is not supported",
         ("A text is made from an output, and the output has no value before it is deployed.",
          'Use pulumi.Output.concat("a", output), or output.apply(lambda value: f"a{value}").')),
        ("Duplicate resource URN 'urn:pulumi:s::p::t::Name'; try",
         ("Two resources of one type have the name 'Name'.",
          "Give one of them another name: the first argument.")),
        ("aws:iam/role:Role resource 'R': property pathPart value {a b} has a problem: no good",
         ("R: the argument `path_part` with the value 'a b' is refused: no good",
          "Change `path_part` in the step that makes R.")),
        ("x connection refused y",
         ("The sandbox's provider does not answer.", "Run up() again: it starts the sandbox anew.")),
        ('Could not connect to the endpoint URL: "http://127.0.0.1:1/x"',
         ("The sandbox does not answer at http://127.0.0.1:1/x.",
          "Run up() again: it starts the sandbox anew.")),
        ("No integration defined for method",
         ("A method of the API leads nowhere: perhaps an old one, because `http_method` changed.",
          "Run up(5, delete=True), then up(). Next time, delete_before_replace=True prevents it.")),
        ("error: the stack is currently locked by 1 lock(s)",
         ("Another process is deploying this stack.",
          "Wait until it is done, then run this cell again.")),
        ("incorrect passphrase",
         ("The stack was made with another passphrase.",
          ("Put the old file .kit/passphrase back. If it is lost, the state's secrets cannot be read. "
          "Begin anew: python -m sandbox reset, then delete workspaces and backend in .kit, then "
          "start() and up()."))),
        ("no space left on device",
         ("The disk is full.",
          "Free some space, then run this cell again: nothing that was deployed is lost.")),
        ("ExpiredToken: x",
         ("The AWS credentials have expired.",
          "Sign in again (for example with `aws sso login`), then run this cell again.")),
        (" an unhandled error occurred: something \n", ("something", "")),
    ],
    ids=range(13),
)  # fmt: skip
def test_what_is_said_is_told_with_its_fix(message, told):
    assert explain.explain(message) == told


TRACE = """python inline source runtime error: Traceback (most recent call last):
  File "/x/site-packages/pulumi/run.py", line 3, in run
    work()
  File "/home/ada/course/gateway/program.py", line 12, in rest_api
    aws.apigateway.RestApi(1 / 0)
  File "/tmp/ipykernel_77/1.py", line 2, in <module>
  File "<ipython-input-3>", line 5, in cell
    one()
ZeroDivisionError: division by zero
"""


def test_a_traceback_is_its_last_line_and_the_readers_own_frames():
    shown = (
        "ZeroDivisionError: division by zero\n"
        "  gateway/program.py, line 12, in rest_api\n"
        "    aws.apigateway.RestApi(1 / 0)\n"
        "  this cell, line 2, in <module>\n"
        "  a cell, line 5, in cell\n"
        "    one()"
    )
    assert explain.explain(TRACE) == (shown, "")
    assert explain.explain(TRACE.removeprefix("python inline source runtime error: ")) == (
        shown,
        "",
    )
    assert explain.explain("python inline source runtime error: boom\n\n") == (
        "python inline source runtime error: boom", ""
    )  # fmt: skip


def test_an_exception_is_told_with_its_kind():
    assert explain.of_exception(ValueError("no")) == ("ValueError: no", "")
    assert explain.of_exception(ValueError()) == ("ValueError", "")
    assert explain.of_exception(OSError("No space left on device"))[0] == "The disk is full."


# Places

PROGRAM = """import pulumi_aws as aws


def before():
    aws.iam.Role("Early")


# Chapter 02: one
def role():
    return aws.iam.Role("FunctionRole", tags={})


# Chapter 3 two
def made(name):
    return aws.iam.Role(name)


def uses(team):
    made("ByHelper")
    aws.apigateway.ApiKey(f"teamKey-{team}")
    aws.iam.RoleArgs("NoResource")
    pulumi.FileArchive("no")
    aws.iam.get_role("no")
    aws.iam.Role(team)
    aws.iam.Role("FunctionRole")
    other("no")
"""


def test_each_resource_is_at_its_first_place():
    found = places(
        {"program.py": PROGRAM, "auth.py": "# Chapter 08\n\ndef a():\n    x.y.Z('Late')\n"}
    )
    assert dict(found) == {
        "Early": Place(0, "before", 4, 5, "program.py"),
        "FunctionRole": Place(2, "role", 9, 10, "program.py"),
        "ByHelper": Place(3, "uses", 18, 26, "program.py"),
        "teamKey-*": Place(3, "uses", 18, 26, "program.py"),
        "Late": Place(8, "a", 3, 4, "auth.py"),
    }
    assert len(found) == 5 and found["teamKey-blue"] is found["teamKey-*"]
    with pytest.raises(KeyError):
        found["other"]
    assert str(found["Late"]) == "chapter 08, a, lines 3-4 of auth.py"
    assert str(found["Early"]) == "chapter 00, before, lines 4-5 of program.py"
    assert str(Place(0, "before", 4, 5)) == "chapter 00, before, lines 4-5"


def test_chapters_are_those_of_names_that_are_known():
    known = Places({"A": Place(2, "f", 1, 2), "B-*": Place(5, "g", 1, 2)})
    assert chapters_of(["A", "B-x", "C"], known) == {2, 5}
    assert (
        reached(["A", "B-x", "C"], known) == 5 and reached(["C"], known) == reached([], known) == 0
    )


def test_a_function_right_above_a_chapters_header_is_of_the_chapter_before():
    above = '# Chapter 1\ndef a(): x.y.Z("A")\n# Chapter 2\ndef b(): x.y.Z("B")\n'
    assert {name: place.chapter for name, place in places({"p.py": above}).items()} == {
        "A": 1,
        "B": 2,
    }


def test_a_step_of_no_type_and_a_stream_of_no_times():
    metadata = {"urn": "urn:pulumi:s::p::t::Name", "op": "create"}
    found = replay(Deployment("up"), [{"resourcePreEvent": {"metadata": metadata}}])
    (only,) = found.rows.values()
    assert (only.type, only.started) == ("", 0.0)


def test_what_the_engine_says_on_several_lines():
    inline = "python inline source runtime error:\nboom"
    assert explain.explain(inline) == ("boom", "")
    refused = "aws:iam/role:Role resource 'R': property a value {x\ny} has a problem: no\ngood"
    assert explain.explain(f"first\n{refused}")[0].startswith("R: the argument `a` with the value")


def test_frames_of_the_lab_itself_are_not_the_readers():
    lab_file, own_file = explain.LAB / "session" / "run.py", "/home/ada/gateway/program.py"
    trace = "".join(f'  File "{file}", line 1, in f\n    x()\n' for file in (lab_file, own_file))
    assert explain.own_lines(trace) == ["  gateway/program.py, line 1, in f", "    x()"]
