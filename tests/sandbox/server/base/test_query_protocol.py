"""Forms of the Query protocol as trees, and trees as its XML."""

from datetime import datetime, timezone

import pytest

from sandbox.server.base.query_protocol import form, inside, nested, tree, xml

PARAMS = {
    "Action": "RegisterTargets",
    "Targets.member.2.Id": "b",
    "Targets.member.10.Id": "c",
    "Targets.member.1.Id": "a",
    "Targets.member.1.Port": ["80", "81"],
    "TargetsOfAnother": "x",
    "Empty": "",
}


def test_a_list_is_in_the_order_of_its_numbers():
    assert nested(PARAMS, "Targets") == [{"Id": "a", "Port": "80"}, {"Id": "b"}, {"Id": "c"}]


def test_a_name_is_found_below_a_list_and_alone():
    assert nested(PARAMS, "Targets.member.10") == {"Id": "c"}
    assert nested(PARAMS, "Empty") == ""
    assert nested(PARAMS, "Target") is None


def test_a_form_as_a_whole_and_of_what_is_twice_the_last():
    assert form(b"a.b=1&a.b=2&c=%C3%A9&d") == {"a.b": "2", "c": "é", "d": ""}
    assert tree(form(b"a.b=1&c.member.1=x")) == {"a": {"b": "1"}, "c": ["x"]}


@pytest.mark.parametrize("fields", [["a", "a.b"], ["a.b", "a"]], ids=" then ".join)
def test_a_name_that_is_a_text_and_a_structure_is_the_structure(fields):
    assert tree(dict.fromkeys(fields, "x")) == {"a": {"b": "x"}}


def test_a_structure_with_a_member_called_member_is_none_of_lists():
    assert tree({"a.member.first": "x"}) == {"a": {"member": {"first": "x"}}}


def test_xml_leaves_out_what_is_not_set_and_writes_aws_types():
    moment = datetime(2026, 1, 2, 3, 4, 5, 600_000, timezone.utc)
    told = {"a": [1, True], "b": None, "c": "<&>", "d": moment, "e": {}}
    assert xml(told) == (
        "<a><member>1</member><member>true</member></a><c>&lt;&amp;&gt;</c>"
        "<d>2026-01-02T03:04:05.600Z</d><e></e>"
    )


def test_more_goes_into_a_member_of_a_list():
    shown = inside("<member><a>1</a></member>", {"b": 2, "c": None})
    assert shown == "<member><a>1</a><b>2</b></member>"
