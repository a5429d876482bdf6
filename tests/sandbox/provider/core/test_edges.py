"""Differences, states, values, runs, archives and documents at their edges, on types made for it."""

from __future__ import annotations

import io
import json
import tarfile
import threading
import zipfile
from types import SimpleNamespace

import pytest

from sandbox.provider.core import archives, creations, diff, facts, policy, runs, states, wire
from sandbox.provider.core.archives import content, located, zip_bytes
from sandbox.provider.core.context import Context
from sandbox.provider.core.diff import Change, Difference
from sandbox.provider.core.exceptions import CallError
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.journal import Journal
from sandbox.provider.core.kinds import Created, Incomplete, Kind
from sandbox.provider.core.runs import Settings
from sandbox.provider.core.wire import (
    ARCHIVE,
    ASSET,
    OUTPUT,
    SECRET,
    SIG,
    UNKNOWN,
    Secret,
    decode,
    encode,
    has_secret,
    has_unknown,
    is_asset,
    mark,
    plain,
)  # fmt: skip


def type_of(outputs=(), **fields):
    return Type("t", "aws_x", fields, outputs=tuple(outputs))


def changes(field, old, new, ignore=()):
    found = diff.diff(type_of(a=field), {"a": old}, {"a": new}, ignore)
    return [(each.path, each.kind, each.action) for each in found.changes]


# Diff

TEXT = Field("string", change="replace", add="update", remove="none")


def test_coming_going_and_changing_do_what_the_facts_say():
    assert changes(TEXT, "x", "y") == [("a", "change", "replace")]
    assert changes(TEXT, None, "y") == [("a", "add", "update")]
    assert changes(TEXT, "x", None) == []
    assert (
        changes(TEXT, "x", UNKNOWN) == [("a", "change", "replace")] == changes(TEXT, UNKNOWN, "x")
    )
    assert changes(Field("string", change="none"), "x", "y") == []
    assert (
        changes(TEXT, "x", "x")
        == changes(TEXT, None, None)
        == changes(TEXT, Secret("x"), "x")
        == []
    )


def test_some_values_replace_when_they_come_or_go():
    field = Field("string", replacing=("A",))
    assert changes(field, "A", "b") == changes(field, "b", "A") == [("a", "change", "replace")]
    assert changes(field, "b", "c") == [("a", "change", "update")]


@pytest.mark.parametrize(
    "field, old, new, expected",
    [
        (Field("any"), None, 0, True), (Field("any"), "", False, True), (Field("any"), [], None, True),
        (Field("any"), {}, None, False), (Field("map"), {}, None, True), (Field("object"), {}, None, False),
        (Field("object"), {}, {}, True), (Field("any"), 1, True, False), (Field("any"), 0, False, True),
        (Field("any"), 1, 1.0, True), (Field("any"), "1", 1, False), (Field("any"), UNKNOWN, UNKNOWN, False),
        (Field("map"), {"a": ""}, {}, False), (Field("object"), {"a": ""}, {"b": "x"}, False),
        (Field("object"), {"a": ""}, {"a": "", "b": ""}, True), (Field("list"), [1, 2], [2, 1], False),
        (Field("set"), [1, 2], [2, 1], True), (Field("set"), [1, 1], [1, 2], False),
        (Field("set"), [1], [1, 1], False), (Field("list"), [1], [1, 2], False), (Field("any"), [0], [""], True),
    ],
    ids=range(21),
)  # fmt: skip
def test_what_means_the_same(field, old, new, expected):
    assert diff.same(field, old, new) is expected


def test_assets_are_the_same_by_hash_or_by_what_they_hold():
    one = {SIG: ASSET, "hash": "h", "path": "a"}
    assert diff.same(Field("asset"), one, {**one, "path": "b"})
    assert not diff.same(Field("asset"), one, {**one, "hash": "i"})
    assert not diff.same(Field("asset"), {SIG: ASSET, "path": "a"}, {SIG: ASSET, "path": "b"})
    assert diff.same(
        Field("asset"), {SIG: ASSET, "path": "a", "hash": ""}, {SIG: ASSET, "path": "a"}
    )


def test_documents_are_the_same_by_what_they_say():
    field = Field("string", "assume_role_policy", rules=(["policy"],))
    assert diff.same(field, '{"Action": ["a"]}', '{"Action":"a"}')
    plain_json = Field("string", "body", rules=(["json"],))
    assert not diff.same(plain_json, '{"Action": ["a"]}', '{"Action":"a"}')
    assert diff.same(plain_json, '{"a": 1, "b": 2}', '{"b":2,"a":1}')
    assert diff.same(plain_json, "{x", "{x") and not diff.same(plain_json, "{x", "{y")
    assert not diff.same(Field("string"), '{"a": 1}', '{"a":1}')


BLOCK = Field("object", add="none", remove="none", fields={
    "x": Field("string", change="replace", add="replace", remove="update"),
    "y": Field("integer", default=5), "z": Field("string"),
})  # fmt: skip


def test_a_block_differs_in_its_members():
    assert changes(BLOCK, {"x": "1", "z": "2"}, {"x": "2", "z": "2"}) == [
        ("a.x", "change", "replace")
    ]
    assert changes(BLOCK, {"z": "1"}, {"x": "2"}) == [
        ("a.x", "add", "replace"),
        ("a.z", "remove", "update"),
    ]
    assert changes(BLOCK, {"odd": 1}, {"odd": 2}) == [("a.odd", "change", "update")]


def test_a_block_that_comes_or_goes_is_what_its_content_is():
    assert changes(BLOCK, None, {"x": "1", "y": 5, "z": None}) == [("a.x", "add", "replace")]
    assert changes(BLOCK, {"x": "1", "y": 6}, None) == [
        ("a.x", "remove", "update"), ("a.y", "remove", "update")
    ]  # fmt: skip
    needs = Field("object", add="none", fields={"x": Field("string", required=True)})
    assert changes(needs, None, {"x": "1"}) == []
    assert changes(
        Field("object", add="replace", fields={"x": Field("string")}), None, {"x": "1"}
    ) == [("a", "add", "replace")]
    blocks = Field("list", add="none", remove="none", element=BLOCK)
    assert changes(blocks, None, [{"x": "1"}, {"z": "2"}]) == [
        ("a[0].x", "add", "replace"), ("a[1].z", "add", "update")
    ]  # fmt: skip
    assert changes(Field("list", add="none", element=Field("string")), None, ["x"]) == []


def test_a_map_differs_by_its_keys():
    field = Field("map", change="replace", element=Field("string"))
    assert changes(field, {"a": "1", "b": "1", "c": "1"}, {"b": "2", "c": "1", "d.e": "1"}) == [
        ("a.a", "remove", "replace"), ("a.b", "change", "replace"), ('a["d.e"]', "add", "replace")
    ]  # fmt: skip
    assert changes(Field("map", change="none"), {"a": "1"}, {"a": "2"}) == []


def test_lists_and_sets_differ_by_their_items():
    items = Field("list", change="replace", add="update", remove="update")
    assert changes(items, [1, 2], [1, 3, 4]) == [
        ("a[1]", "change", "replace"),
        ("a[2]", "add", "replace"),
    ]
    assert changes(items, [1, 2, 3], [1]) == [
        ("a[1]", "remove", "replace"),
        ("a[2]", "remove", "replace"),
    ]
    values = Field("set", change="update")
    assert changes(values, ["a", "b", "c"], ["c", "d"]) == [
        ("a[1]", "change", "update"), ("a[1]", "remove", "update")
    ]  # fmt: skip
    assert changes(values, ["a"], ["b", "a", "c"]) == [
        ("a[0]", "add", "update"),
        ("a[2]", "add", "update"),
    ]
    blocks = Field("set", add="replace", remove="none", change="update",
                   element=Field("object", fields={"x": Field("string", change="replace")}))  # fmt: skip
    assert changes(blocks, [{"x": "1"}], [{"x": "2"}, {"x": "3"}]) == [
        ("a[0].x", "change", "replace"), ("a[1]", "add", "replace")
    ]  # fmt: skip
    assert changes(blocks, [{"x": "1"}, {"x": "2"}], [{"x": "2"}]) == []


def test_paths_that_the_program_ignores():
    assert changes(TEXT, "x", "y", ("a",)) == []
    assert changes(BLOCK, {"x": "1", "z": "1"}, {"x": "2", "z": "2"}, ("a.x",)) == [
        ("a.z", "change", "update")
    ]


TAGGED = Type("t", "aws_x", {"tags": Field("map", element=Field("string")), "tagsAll": Field("map")},
              outputs=("tagsAll",))  # fmt: skip


def test_default_tags_are_told_when_no_tag_of_the_program_is():
    def tags(old, new):
        return [each.path for each in diff.diff(TAGGED, old, new).changes]

    assert tags({"tagsAll": {"a": "1"}}, {"tagsAll": {"a": "2"}}) == ["tagsAll.a"]
    assert tags({"tags": {"a": "1"}}, {"tags": {"a": "1"}, "tagsAll": {"a": "1", "b": "2"}}) == [
        "tagsAll.b"
    ]
    assert tags({"tags": {"a": "1"}}, {"tags": {"a": "2"}, "tagsAll": {"a": "2"}}) == ["tags.a"]
    assert tags({"tagsAll": {"a": "1"}}, {}) == []
    bare = Type("t", "aws_x", {"x": Field("string")})
    assert diff.diff(bare, {"tagsAll": {"a": "1"}}, {"tagsAll": {}}).changes == []


def test_a_name_that_is_chosen_and_kept_is_deleted_first():
    made = Type("t", "aws_x", {"name": Field("string")}, name_of="name")

    def first(old, new, type=made):
        return diff.diff(type, old, new).delete_first

    assert first({"name": "x"}, {"name": "x"}) is True
    assert first({"name": "x"}, {"name": "y"}) is first({"name": "x"}, {}) is first({}, {}) is False
    assert first({"name": "x"}, {"name": "x", "__defaults": ["name"]}) is False
    assert first({}, {}, Type("t", "aws_x", {})) is False
    assert first({}, {}, Type("t", "aws_x", {}, delete_first=True)) is True


def test_arguments_are_told_by_their_first_part():
    found = Difference([Change("b[0].x", "add", "update"), Change("a.c", "add", "replace"),
                        Change("a.d", "add", "replace")])  # fmt: skip
    assert (found.properties, found.replaces) == (["a", "b"], ["a"])
    assert [diff.top(path) for path in ("a", "a.b", 'a["b.c"]', "a[0].b")] == ["a"] * 4
    assert [diff.step(name) for name in ("a_b-c1", "a.b", "")] == [".a_b-c1", '["a.b"]', '[""]']


@pytest.mark.parametrize(
    "changed, inputs, found",
    [(["a"], {}, {"x"}), (["b"], {}, set()), ([], {"c": 1}, set()), (["b"], {"c": 1}, {"y"}),
     (["a", "b"], {"c": 1}, {"x", "y"}), (["b"], {"c": 2}, set())],
    ids=range(6),
)  # fmt: skip
def test_outputs_that_an_update_makes_anew(changed, inputs, found):
    rules = (
        {"changed": ["a"], "outputs": ["x"]},
        {"changed": ["*"], "if": {"c": 1}, "outputs": ["y"]},
    )
    made = Type("t", "aws_x", {}, recomputed=rules)
    difference = Difference([Change(name, "change", "update") for name in changed])
    assert diff.recomputed(made, difference, inputs) == found


# States


def test_calls_get_all_tags_or_none():
    assert states.for_calls(TAGGED, {"tags": {"a": "1"}, "__x": 1}) == {"tags": {"a": "1"}}
    assert states.for_calls(TAGGED, {"tags": {}, "tagsAll": {}}) == {}
    assert states.for_calls(TAGGED, {"tags": {"a": "1"}, "tagsAll": {"b": "2"}}) == {
        "tags": {"b": "2"}
    }
    assert states.for_calls(type_of(x=Field("map")), {"tags": 1, "tagsAll": 2, "x": Secret(1)}) == {
        "tags": 1, "tagsAll": 2, "x": 1
    }  # fmt: skip


def test_outputs_are_known_names_only_with_secrets_marked():
    made = Type("t", "aws_x", {"a": Field("string"), "b": Field("string")}, outputs=("c", "d"),
                sensitive=frozenset({"d", "e"}))  # fmt: skip
    found = states.outputs(made, {"a": "1", "b": "2", "z": 3}, {"b": None, "c": 4, "d": 5, "y": 6}, None,
                           {"a": Secret("1")})  # fmt: skip
    assert found == {"a": Secret("1"), "c": 4, "d": Secret(5)}
    assert states.outputs(made, {}, {"d": Secret(5)}, None, {"d": Secret(5)}) == {"d": Secret(5)}


def test_tags_are_told_apart_by_the_programs_own():
    def tags(base, returned, own, like=None):
        return states.outputs(TAGGED, base, returned, own, like or {})

    base = {"tagsAll": {"own": "1", "default": "2"}}
    assert tags(base, {"tags": {"own": "1", "default": "2", "new": "3"}}, {"own": "1"}) == {
        "tags": {"own": "1", "new": "3"}, "tagsAll": {"own": "1", "default": "2", "new": "3"}
    }  # fmt: skip
    assert tags(base, {"tags": {"default": "2"}}, None) == {"tagsAll": {"default": "2"}}
    assert tags(base, {"tags": None}, {"own": "1"}) == {"tags": {}, "tagsAll": {}}
    assert tags({"tags": {"a": "1"}}, {}, None) == {"tags": {"a": "1"}}
    assert tags({}, {"tags": {"a": "1"}}, {"a": "1"}, {"tags": Secret({"a": "1"})}) == {
        "tags": Secret({"a": "1"}), "tagsAll": Secret({"a": "1"})
    }  # fmt: skip
    assert tags({}, {"tags": {"a": "1"}}, {"a": "1"}, {"tags": 1, "tagsAll": Secret(1)})[
        "tagsAll"
    ] == (Secret({"a": "1"}))


def kind(**more):
    return Kind("t", lambda *_: None, lambda *_: None, lambda *_: None, **more)


def test_a_preview_does_not_know_what_aws_fills_in():
    made = type_of(("arn", "id2"), a=Field("string", computed=True), b=Field("string"))
    assert made.unknown_at_create({"a": 1}) == ["arn", "id2"]
    assert states.previewed(made, kind(), {"b": 1, "__x": 1}) == {
        "b": 1, "arn": UNKNOWN, "id2": UNKNOWN, "a": UNKNOWN
    }  # fmt: skip
    assert states.previewed(made, kind(computed=("b", "x")), {"b": 1}) == {"b": 1, "x": UNKNOWN}


def test_a_refresh_keeps_what_did_not_drift_and_tells_what_did():
    block = Field("object", fields={"x": Field("string"), "y": Field("string")})
    made = Type("t", "aws_x", {"a": Field("string"), "b": Field("string", computed=True), "c": Field("string"),
                               "block": block, "tags": Field("map")}, outputs=("tagsAll",))  # fmt: skip
    old = {"a": Secret("1"), "c": "x", "block": {"x": "1"}, "__defaults": ["a"]}
    before = {"a": "1", "b": "1", "c": "x", "block": {"x": "1", "y": "1"}}
    assert states.read_inputs(made, old, before, before) == {**old, "tagsAll": {}}
    now = {
        "a": "2",
        "b": "2",
        "block": {"x": "2", "y": "2"},
        "tags": {"t": "1"},
        "tagsAll": {"t": "1"},
    }
    assert states.read_inputs(made, old, before, now) == {
        "__defaults": ["a"], "a": Secret("2"), "block": {"x": "2"}, "tags": {"t": "1"}, "tagsAll": {"t": "1"},
    }  # fmt: skip
    assert states.read_inputs(type_of(a=Field("string")), {}, {}, {}) == {"__defaults": []}


def test_an_import_gives_what_a_program_would_say():
    group = {"kind": "conflicts", "names": {"name": "name", "name_prefix": "namePrefix"}}
    made = Type("t", "aws_x", {"name": Field("string"), "namePrefix": Field("string"),
                               "d": Field("integer", default=5), "z": Field("integer"), "tags": Field("map")},
                outputs=("tagsAll",), name_of="name", groups=(group,))  # fmt: skip
    now = {"name": "p-1", "namePrefix": "p-", "z": 0, "tags": {}, "tagsAll": {"a": "1"}, "other": 1}
    assert states.imported_inputs(made, now) == {
        "__defaults": [], "name": "p-1", "d": 5, "z": 0, "tagsAll": {"a": "1"}
    }  # fmt: skip
    assert states.imported_inputs(made, {"namePrefix": "p-"})["namePrefix"] == "p-"
    assert states.imported_inputs(type_of(a=Field("string")), {}) == {"__defaults": []}


def test_an_update_starts_from_what_aws_computed_and_what_is_given():
    made = type_of(("arn",), a=Field("string", computed=True), b=Field("string"))
    olds = {"arn": "x", "a": "1", "b": "2", "other": 3}
    assert states.updated(made, olds, {"b": "3", "__x": 1}) == {"arn": "x", "a": "1", "b": "3"}


# Values on the wire


def test_every_text_for_what_is_unknown_is_unknown():
    assert len(wire._UNKNOWN_TEXTS) == 7
    for text in wire._UNKNOWN_TEXTS:
        assert decode(encode({"a": [{"b": text}]})) == {"a": [{"b": UNKNOWN}]}
    assert repr(UNKNOWN) == "UNKNOWN" and repr(Secret(1)) == "Secret(...)"
    assert encode({"a": UNKNOWN})["a"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def test_values_cross_the_wire_both_ways():
    values = {"a": [1, 1.5, True, "x", None, {"b": Secret([UNKNOWN])}], "c": {}, "e": (1, 2)}
    assert decode(encode(values)) == {**values, "e": [1, 2]}
    assert decode(encode({"a": None})) == {} and decode(encode({"a": {"b": None}})) == {"a": {}}
    for given, known in (
        ({SIG: OUTPUT}, UNKNOWN), ({SIG: OUTPUT, "value": 1}, 1), ({SIG: OUTPUT, "secret": True}, Secret(UNKNOWN)),
        ({SIG: OUTPUT, "value": 1, "secret": True}, Secret(1)), ({SIG: SECRET}, Secret(None)),
        ({SIG: ASSET, "text": "x"}, {SIG: ASSET, "text": "x"}),
    ):  # fmt: skip
        assert decode(encode({"a": given})) == {"a": known}
    assert json.loads(json.dumps(decode(encode({"a": 3.0})))) == {"a": 3}
    assert decode(encode({"a": 3.5}))["a"] == 3.5


def test_what_is_inside_of_a_value():
    assert plain({"a": None, "b": [Secret({"c": None, "d": Secret(1)})]}) == {"b": [{"d": 1}]}
    assert has_unknown(Secret([{"a": UNKNOWN}])) and not has_unknown({"a": [1, Secret(2)]})
    assert has_secret([{"a": Secret(1)}]) and not has_secret({"a": [1]})
    assert is_asset({SIG: ARCHIVE}) and not is_asset({SIG: SECRET}) and not is_asset("x")
    assert mark([1, 2], [Secret(0), 0]) == [Secret(1), 2] and mark([1], [Secret(0), 0]) == Secret(
        [1]
    )
    assert mark({"a": 1, "b": 2}, {"a": Secret(0)}) == {"a": Secret(1), "b": 2}
    assert mark("x", {"a": Secret(0)}) == Secret("x") and mark(None, Secret(0)) is None
    assert mark(Secret(1), Secret(0)) == Secret(1) and mark(1, 0) == 1


# Runs


def test_the_last_64_runs_are_known():
    made = runs.Runs()
    first = made.of("p0")
    others = [made.of(f"p{n}") for n in range(1, 64)]
    assert made.of("p0") is first and first.peer == "p0"
    made.of("new")
    assert made.of("p0") is first and made.of("p1") is not others[0], (
        "the one unused for longest goes"
    )
    assert runs.KEPT == 64


def test_a_cancel_reaches_the_calls_that_run_and_forgets_what_was_answered():
    run = runs.Run(folder="/f")
    with run.stop() as one:
        with run.stop() as other:
            pass
        run.answered.add("u")
        assert run.cancel() == {"u"} and run.cancel() == set()
        assert one.is_set() and not other.is_set()
    assert run.program_folder() == "/f" and runs.Run(peer="odd").program_folder() == ""


def test_the_program_folder_is_the_one_of_the_process_at_the_other_end(monkeypatch):
    import psutil

    def connection(port, pid):
        return SimpleNamespace(laddr=SimpleNamespace(port=port) if port else None, pid=pid)

    known = [connection(0, 1), connection(7, None), connection(8, 2), connection(7, 3)]
    monkeypatch.setattr(psutil, "net_connections", lambda kind: known if kind == "tcp" else [])
    monkeypatch.setattr(psutil, "Process", lambda pid: SimpleNamespace(cwd=lambda: f"/of/{pid}"))
    assert runs.Run(peer="ipv4:127.0.0.1:7").program_folder() == "/of/3"
    assert runs.Run(peer="ipv4:127.0.0.1:9").program_folder() == ""


@pytest.mark.parametrize(
    "environment, region",
    [({}, "us-east-1"), ({"AWS_REGION": "a"}, "a"), ({"AWS_DEFAULT_REGION": "b"}, "b"),
     ({"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, "a"), ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "b"}, "b")],
    ids=range(5),
)  # fmt: skip
def test_the_region_is_the_environments_unless_configured(monkeypatch, environment, region):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert runs.default_region() == region == runs.Run().settings.region
    for given in ({}, {"region": ""}, {"region": UNKNOWN}, {"region": None}):
        assert runs.settings(given, {}) == Settings(region, {})
    assert runs.settings({"region": Secret("x")}, {"aws:config:region": "y"}).region == "x"
    assert runs.settings({}, {"aws:config:region": "y", "region": "z"}).region in ("y", "z")


@pytest.mark.parametrize(
    "given, tags",
    [({"tags": {"a": "1"}}, {"a": "1"}), ('{"tags": {"a": "1"}}', {"a": "1"}), ({"tags": '{"a": "1"}'}, {"a": "1"}),
     (None, {}), ("", {}), (UNKNOWN, {}), ({}, {}), ({"tags": None}, {}), ({"tags": UNKNOWN}, {})],
    ids=range(9),
)  # fmt: skip
def test_default_tags_come_as_data_or_as_text(given, tags):
    assert runs.settings({"defaultTags": given}, {}).default_tags == tags


@pytest.mark.parametrize(
    "region, fine",
    [("us-east-1", True), ("us-gov-west-1", True), ("ap-southeast-12", True), ("", True), (None, True),
     (UNKNOWN, True), ("us-east", False), ("US-EAST-1", False), ("useast-1", False), ("us-east-1a", False),
     ("usa-east-1", False), (Secret("x"), False)],
)  # fmt: skip
def test_a_region_that_is_none_has_the_official_sentence(region, fine):
    shown = region.value if isinstance(region, Secret) else region
    text = f"could not validate provider configuration: Invalid AWS Region: {shown}"
    assert runs.region_problem(region) == (None if fine else text)


# Archives


def asset(**more):
    return {SIG: ASSET, **more}


def archive(**more):
    return {SIG: ARCHIVE, **more}


def unpacked(data):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {e.filename: (packed.read(e), oct(e.external_attr >> 16)) for e in packed.infolist()}


def test_an_archive_is_packed_the_same_each_time(tmp_path):
    folder = tmp_path / "code"
    (folder / "inner" / "__pycache__").mkdir(parents=True)
    (folder / "inner" / "b.py").write_text("b")
    (folder / "inner" / "__pycache__" / "b.pyc").write_text("x")
    (folder / ".DS_Store").write_text("x")
    (folder / "a.sh").write_text("a")
    (folder / "a.sh").chmod(0o755)
    data = zip_bytes(archive(path=str(folder)))
    assert unpacked(data) == {"a.sh": (b"a", "0o100755"), "inner/b.py": (b"b", "0o100644")}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert [e.filename for e in packed.infolist()] == ["a.sh", "inner/b.py"]
        assert {e.date_time for e in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {e.compress_type for e in packed.infolist()} == {zipfile.ZIP_DEFLATED}
    file = tmp_path / "made.zip"
    file.write_bytes(data)
    assert zip_bytes(archive(path=str(file))) == data == content(archive(path=str(file)))
    nested = archive(
        assets={
            "z": archive(path=str(file)),
            "t": asset(text=""),
            "f": asset(path=str(folder / "a.sh")),
        }
    )
    assert unpacked(zip_bytes(nested)) == {
        "f": (b"a", "0o100644"), "t": (b"", "0o100644"),
        "z/a.sh": (b"a", "0o100755"), "z/inner/b.py": (b"b", "0o100644"),
    }  # fmt: skip


def test_a_tar_file_is_unpacked_and_packed(tmp_path):
    file = tmp_path / "x.tar"
    with tarfile.open(file, "w") as tar:
        for name, mode in (("run", 0o755), ("d/r", 0o644)):
            info = tarfile.TarInfo(name)
            info.size, info.mode = 1, mode
            tar.addfile(info, io.BytesIO(b"x"))
        folder = tarfile.TarInfo("d")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
    assert unpacked(zip_bytes(archive(path=str(file)))) == {
        "run": (b"x", "0o100755"), "d/r": (b"x", "0o100644")
    }  # fmt: skip
    assert unpacked(zip_bytes(archive(uri=file.as_uri())))["run"] == (b"x", "0o100755")
    assert content(asset(uri=file.as_uri())) == file.read_bytes()


@pytest.mark.parametrize("value", [None, "x", {}, {"path": "x"}])
def test_what_is_no_archive_is_told(value):
    with pytest.raises(CallError) as told:
        zip_bytes(value)
    assert str(told.value) == f"an archive is needed, such as pulumi.FileArchive, got {value!r}"
    with pytest.raises(CallError) as told:
        content(value)
    assert str(told.value) == f"an asset is needed, such as pulumi.FileAsset, got {value!r}"


def test_files_that_are_not_there_or_no_archive(tmp_path):
    with pytest.raises(CallError) as told:
        content(asset(path=f"{tmp_path}/none"))
    assert str(told.value) == (
        f"reading ZIP file ({tmp_path}/none): open {tmp_path}/none: no such file or directory"
    )
    (tmp_path / "x").write_text("x")
    with pytest.raises(CallError) as told:
        zip_bytes(archive(path=f"{tmp_path}/x"))
    assert str(told.value) == f"{tmp_path}/x is neither a folder nor a zip or tar file"
    with pytest.raises(CallError, match=f"^fetching file://{tmp_path}/none: "):
        content(asset(uri=f"file://{tmp_path}/none"))
    assert content(asset(text="é")) == b"\xc3\xa9"


def test_relative_paths_begin_at_the_programs_folder():
    value = {
        "a": [asset(path="x"), archive(assets={"b": archive(path="y")}), {"path": "z"}],
        "c": asset(path="/k"),
    }
    assert located(value, lambda: "/p") == {
        "a": [asset(path="/p/x"), archive(assets={"b": archive(path="/p/y")}), {"path": "z"}],
        "c": asset(path="/k"),
    }  # fmt: skip
    assert located("x", lambda: "/p") == "x" and located(asset(text="t"), lambda: "/p") == asset(
        text="t"
    )
    assert archives._TIME == (1980, 1, 1, 0, 0, 0)


# Documents


def test_a_documents_normal_form():
    assert policy.normal({"b": 1, "a": "<&>é"}) == '{"a":"\\u003c\\u0026\\u003eé","b":1}'
    assert (
        policy.normal("") == ""
        and policy.normal("{x") == "{x"
        and policy.normal("[1, 2]") == "[1,2]"
    )
    document = {"Statement": [{"b": 1, "a": 2}], "Version": "2012-10-17", "Id": 1}
    first = '{"Version":"2012-10-17","Id":1,"Statement":[{"a":2,"b":1}]}'
    sorted_ = '{"Id":1,"Statement":[{"a":2,"b":1}],"Version":"2012-10-17"}'
    assert (
        policy.normal(document, version_first=True)
        == first
        == policy.normal(json.dumps(document), version_first=True)
    )
    assert policy.normal(document) == sorted_
    old = {**document, "Version": "2008-10-17"}
    assert policy.normal(old, version_first=True).startswith('{"Id":1,')
    assert policy.go_json({"a": [1]}, indent=2) == '{\n  "a": [\n    1\n  ]\n}'
    assert policy.go_json({"b": 1, "a": 2}) == '{"b":1,"a":2}'


@pytest.mark.parametrize(
    "one, other, same",
    [({"a": ["x"]}, '{"a": "x"}', True), ({"a": ["x", "y"]}, {"a": ["y", "x"]}, True), ({"a": 1}, {"a": 2}, False),
     ("{x", "{x", True), ("{x", "{y", False), ({"a": [["x"]]}, {"a": "x"}, True), ({"a": []}, {}, False)],
    ids=range(7),
)  # fmt: skip
def test_documents_that_grant_the_same(one, other, same):
    assert policy.equivalent(one, other) is same


def test_the_text_of_the_program_stays_while_aws_says_the_same():
    assert policy.current('{"a": ["x"]}', '{ "a": "x" }') == '{"a":"x"}'
    assert policy.current('{"a": ["y"]}', '{"a": "x"}') == '{"a":["y"]}'
    assert policy.current('{"a": 1}', None) == policy.current('{"a": 1}', "") == '{"a":1}'
    both = '{"Version":"2012-10-17","A":1}'
    assert (
        policy.current(both, both, version_first=True)
        == both
        == policy.current(both, "", version_first=True)
    )


# Facts


def test_a_field_is_an_update_of_a_text_unless_the_facts_say_more():
    field = Field("string")
    assert (field.terraform, field.required, field.computed, field.sensitive) == (
        "",
        False,
        False,
        False,
    )
    assert (field.default, field.change, field.add, field.remove) == (
        None,
        "update",
        "update",
        "update",
    )
    assert (field.replacing, field.max_items, field.rules, field.element, field.fields) == (
        (),
        0,
        (),
        None,
        {},
    )
    assert (field.document, field.policy) == (False, False)
    assert Field("string", "x_policy", rules=(["json"],)).policy
    assert (
        not Field("string", "x_policy").policy
        and not Field("string", "body", rules=(["policy"],)).policy
    )
    bare = Type("t", "aws_x", {})
    assert (bare.outputs, bare.sensitive, bare.name_of, bare.name_rule) == (
        (),
        frozenset(),
        None,
        {},
    )
    assert (bare.delete_first, bare.groups, bare.together, bare.recomputed, bare.tagged) == (
        False, (), (), (), False
    )  # fmt: skip
    assert (
        TAGGED.tagged and not type_of(tags=Field("map")).tagged and not type_of(("tagsAll",)).tagged
    )


def test_facts_are_by_token():
    assert facts.of("x") is None and facts.tokens() == sorted(facts.tokens())
    role = facts.of("aws:iam/role:Role")
    assert (role.token, role.terraform, role.name_of) == (
        "aws:iam/role:Role",
        "aws_iam_role",
        "name",
    )
    assert role.tagged and "arn" in role.outputs and role.inputs["assumeRolePolicy"].required
    assert role.inputs["assumeRolePolicy"].policy and facts.of("aws:iam/role:Role") is role


# Creates


def test_only_a_refusal_says_that_nothing_was_made():
    refusal = SimpleNamespace(operation_name="x")
    assert creations.refused(CallError("no")) is True and creations.refused(refusal) is True
    assert creations.refused(Incomplete(Created("i", {}), "half")) is False
    assert creations.refused(OSError()) is False
    assert (creations.POLL, creations.GRACE) == (0.02, 0.1)


def made(tmp_path, **calls):
    """Creates of a kind with these calls, and what they were asked."""
    asked = []

    def noted(name, default):
        def call(*given):
            asked.append((name, *given[1:]))
            return calls.get(name, default)(*given[1:])

        return call

    whole = Kind(
        "t", noted("create", lambda inputs: Created("new", {"o": 1})), noted("read", lambda id, last: None),
        noted("delete", lambda id, last: None),
        update=noted("update", None) if "update" in calls else None,
        find=noted("find", None) if "find" in calls else None,
    )  # fmt: skip
    journal = Journal(tmp_path)
    type_ = type_of(("o",), a=Field("string", change="replace"), b=Field("string"))

    def create(inputs, **more):
        return creations.Creations(journal).create(
            whole, type_, "u", inputs, inputs, Context(**more)
        )

    return create, journal, asked


def test_what_an_earlier_create_left_is_adopted_or_deleted(tmp_path):
    create, journal, asked = made(
        tmp_path, read=lambda id, last: {"o": 2}, update=lambda id, old, new: {"o": 3}
    )
    assert create({"a": "1"}) == Created("new", {"o": 1})
    assert journal.find("u").id == "new"
    assert create({"a": "1"}) == Created("new", {"o": 3})
    assert asked[1:] == [("read", "new", {"o": 1}), ("update", "new", {"o": 2}, {"a": "1"})]
    del asked[:]
    assert create({"a": "2"}) == Created("new", {"o": 1})
    assert asked[1][:2] == ("delete", "new"), "another value replaces: the old one goes"


def test_without_an_update_what_is_the_same_is_taken_and_what_differs_made_anew(tmp_path):
    create, _, asked = made(tmp_path, read=lambda id, last: {"o": 2})
    create({"b": "1"})
    assert create({"b": "1"}) == Created("new", {"o": 2})
    del asked[:]
    assert create({"b": "2"}) == Created("new", {"o": 1})
    assert [each[0] for each in asked] == ["read", "delete", "create"]


def test_what_is_gone_is_made_again_and_what_has_no_id_is_looked_for(tmp_path):
    create, journal, asked = made(tmp_path, find=lambda inputs: Created("left", {"o": 9}))
    journal.begin("u", {"b": "1"})
    assert create({"b": "1"}) == Created("left", {"o": 9})
    del asked[:]
    assert create({"b": "1"}) == Created("new", {"o": 1}), "read says that it is gone"
    assert [each[0] for each in asked] == ["read", "create"]
    journal.forget("u")
    journal.begin("u", {})
    del asked[:]
    create({"b": "1"})
    assert [each[0] for each in asked] == ["create"], "nothing to look by"


def test_a_create_that_is_refused_is_forgotten_and_a_lost_answer_is_not(tmp_path):
    for error, known in ((CallError("no"), False), (OSError("lost"), True)):

        def fail(inputs, error=error):
            raise error

        create, journal, _ = made(tmp_path / str(known), create=fail)
        with pytest.raises(type(error)):
            create({"b": "1"})
        assert (journal.find("u") is not None) is known


def test_nobody_waits_for_a_create_of_another_resource(tmp_path):
    create, _, _ = made(tmp_path)
    assert create({}) == Created("new", {"o": 1}) and threading.active_count() < 50


def test_the_engines_texts_for_what_is_unknown():
    """One for each type of value: pkg/v3/resource/plugin/rpc.go of Pulumi."""
    assert {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    } == wire._UNKNOWN_TEXTS  # fmt: skip


def test_an_unknown_value_that_comes_in_for_a_block_is_a_change_of_the_whole():
    block = Field("object", change="replace", fields={"x": Field("string")})
    assert (
        changes(block, {"x": "1"}, UNKNOWN)
        == changes(block, UNKNOWN, {"x": "1"})
        == [("a", "change", "replace")]
    )
