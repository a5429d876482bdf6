"""Rules of arguments one by one, on types made for it: each at its edge and in its words."""

from __future__ import annotations

import pytest

from sandbox.provider.check import rules
from sandbox.provider.check.arguments import Naming, Settings, check, unique
from sandbox.provider.core.facts import Field, Type
from sandbox.provider.core.wire import ARCHIVE, SIG, UNKNOWN, Secret


def type_of(groups=(), together=(), **fields):
    return Type("t", "aws_x", fields, groups=tuple(groups), together=tuple(together))


def broken(rule, value, type="string"):
    """What is told of a value of `fooBar`, foo_bar in the official words."""
    return list(
        rules.refusals(type_of(fooBar=Field(type, "foo_bar", rules=(rule,))), {"fooBar": value})
    )


@pytest.mark.parametrize(
    "rule, good, bad",
    [
        (["enum", ["a", "b"]], ["a", "b"], ["c", "A", ""]), (["length", 2, 3], ["ab", "abc"], ["a", "abcd"]),
        (["multiple", 4], [0, 4, 8], [1, 6]), (["match", "^a+$"], ["a", "aa"], ["ab", ""]),
        (["match", "b"], ["abc"], ["ac"]), (["range", 1, 3], [1, 2, 3, "2"], [0, 4, "4", 0.5]),
        (["range", None, 3], [-9, 3], [4]), (["range", 1, None], [1, 999], [0]),
    ],
    ids=range(8),
)  # fmt: skip
def test_a_rule_lets_pass_to_its_edge(rule, good, bad):
    rule = [*rule, "got {value} at {index}, {{so}}"]
    for value in good:
        assert broken(rule, value) == []
    for value in bad:
        assert broken(rule, value) == [("fooBar", f"got {value} at 0, {{so}}")]


def test_a_value_is_told_as_json_has_it():
    assert broken(["enum", ["x"], "got {value}"], True, "bool") == [("fooBar", "got true")]


def test_one_of_several_rules_is_enough():
    rule = ["any", [["enum", ["a"], "not a"], ["length", 3, 3, "not three"]]]
    assert broken(rule, "a") == broken(rule, "xyz") == []
    assert broken(rule, "b") == [("fooBar", "not a"), ("fooBar", "not three")]


PARTITION = "invalid partition value (expecting to match regular expression: ^aws(-[a-z]+)*$)"


@pytest.mark.parametrize(
    "value, problem",
    [
        ("", None),
        ("arn:aws:iam::1:role/x", None),
        ("arn:aws-us-gov:iam:r:1:a:b", None),
        ("x:aws:iam::1:r", "arn: invalid prefix"),
        ("arn:aws:iam::1", "arn: not enough sections"),
        ("arn:other:iam::1:r", PARTITION),
        ("arn:aws:iam::1:", "missing resource value"),
        ("arn", "arn: not enough sections"),
    ],
)
def test_an_arn_is_read_as_officially(value, problem):
    found = broken(["arn"], value)
    text = f'"foo_bar" ({value}) is an invalid ARN: {problem}'
    assert found == ([("fooBar", text)] if problem else [])
    own = broken(["arn", "my {value}"], value)
    assert own == ([("fooBar", f"my {value}")] if problem else [])


JSON = [
    ("{", "unexpected end of JSON input", 1), ("[1,", "unexpected end of JSON input", 3),
    ('{"a" 1}', "invalid character '1' after object key", 6),
    ('{"a": 1 "b"}', "invalid character '\"' after object key:value pair", 9),
    ("[1 2]", "invalid character '2' after array element", 4),
    ("{a}", "invalid character 'a' looking for beginning of object key string", 2),
    ("{'a'}", r"invalid character '\'' looking for beginning of object key string", 2),
    ("{} x", "invalid character 'x' after top-level value", 4), ("x", "invalid character 'x' looking for beginning of value", 1),
    ('[{"a": 1} 2]', "invalid character '2' after object key:value pair", 11),
    ("é", "invalid character 'é' looking for beginning of value", 2),
]  # fmt: skip


@pytest.mark.parametrize("text, problem, offset", JSON, ids=range(len(JSON)))
def test_json_is_read_as_go_reads_it(text, problem, offset):
    assert rules.json_problem(text) == (problem, offset)
    assert broken(["json"], text) == [("fooBar", f'"foo_bar" contains an invalid JSON: {problem}')]
    assert broken(["policy"], text) == [
        ("fooBar", f'"foo_bar" contains an invalid JSON policy: {problem}, at byte offset {offset}')
    ]


def test_a_policy_is_an_object():
    start = '"foo_bar" contains an invalid JSON policy: contains '
    assert broken(["policy"], " {}") == broken(["json"], "[]") == broken(["json"], "") == []
    assert broken(["policy"], "") == [
        ("fooBar", '"foo_bar" is an empty string, which is not a valid JSON value')
    ]
    assert broken(["policy"], ' "x"') == [
        ("fooBar", start + "a JSON-encoded string, not a JSON-encoded object")
    ]
    assert broken(["policy"], "[]") == [
        ("fooBar", start + "a JSON array, not a JSON-encoded object")
    ]
    assert rules.json_problem("{}") == (None, 0)


def test_what_is_required_is_asked_for_where_it_is():
    block = Field("object", "block", fields={"inner": Field("string", "inner", required=True)})
    made = type_of(a=Field("string", "a", required=True), block=block)
    assert list(rules.refusals(made, {"block": {}})) == [
        ("a", "Missing required property 'a'"),
        ("block.inner", "Missing required property 'block.inner'"),
    ]
    assert list(rules.refusals(made, {"a": UNKNOWN, "block": UNKNOWN})) == []
    assert list(rules.refusals(made, {"a": "x"})) == []


def test_lists_are_looked_at_item_by_item():
    short = ("length", 0, 2, "{value} at {index}")
    for kind, place in (("list", "[1]"), ("set", "")):
        made = type_of(a=Field(kind, "a_s", rules=(short,)))
        assert list(rules.refusals(made, {"a": ["x", "xyz", None, UNKNOWN]})) == [
            (f"a{place}", "xyz at 1")
        ]
    element = Field("object", fields={"b": Field("string", "b_b", required=True, rules=(["arn"],))})
    made = type_of(a=Field("list", "a_s", element=element))
    assert list(rules.refusals(made, {"a": [{"b": "arn:aws:i::1:r"}, {}, {"b": "x"}]})) == [
        ("a[1].b", "Missing required property 'a[1].b'"),
        ("a[2].b", '"a_s.2.b_b" (x) is an invalid ARN: arn: invalid prefix'),
    ]
    block = Field("object", "o", fields={"b": Field("string", "b_b", rules=(["arn"],))})
    assert list(rules.refusals(type_of(a=block), {"a": {"b": "x"}})) == [
        ("a.b", '"o.0.b_b" (x) is an invalid ARN: arn: invalid prefix')
    ]


def test_lists_have_to_be_there_and_not_too_long():
    made = type_of(a=Field("list", "a_s", required=True, max_items=2))
    assert list(rules.refusals(made, {"a": ["x", "y"]})) == []
    assert list(rules.refusals(made, {"a": []})) == [
        (
            "a",
            'Missing required argument. The argument "a_s" is required, but no definition was found.',
        )
    ]
    assert list(rules.refusals(made, {"a": ["x", "y", "z"]})) == [
        (
            "a",
            "Too many list items. Attribute a_s supports 2 item maximum, but config has 3 declared.",
        )
    ]
    assert list(rules.refusals(type_of(a=Field("list", "a_s")), {"a": [1] * 99})) == []


NAMES = {"b_b": "bB", "a_a": "aA"}


def grouped(kind, given, **more):
    made = type_of([{"kind": kind, "names": NAMES, **more}], aA=Field("any"), bB=Field("any"))
    return list(rules.refusals(made, given))


def test_arguments_that_exclude_each_other():
    assert grouped("conflicts", {"aA": 1}) == grouped("conflicts", {}) == []
    assert grouped("conflicts", {"aA": 1, "bB": 2}) == [
        ("bB", 'Conflicting configuration arguments. "b_b": conflicts with a_a'),
        ("aA", 'Conflicting configuration arguments. "a_a": conflicts with b_b'),
    ]


def test_an_argument_is_told_about_the_first_conflict_only():
    groups = [{"kind": "conflicts", "names": {"a": "a", other: other}} for other in ("b", "c")]
    made = type_of(groups, a=Field("any"), b=Field("any"), c=Field("any"))
    assert [path for path, _ in rules.refusals(made, {"a": 1, "b": 1, "c": 1})] == ["a", "b", "c"]


def test_one_of_several_arguments():
    assert grouped("one_of", {"aA": 1}) == grouped("one_of", {"bB": UNKNOWN}) == []
    assert grouped("one_of", {}) == [
        (wire, f'Invalid combination of arguments. "{name}": one of `a_a,b_b` must be specified')
        for name, wire in NAMES.items()
    ]
    assert grouped("one_of", {"aA": 1, "bB": 1}) == [
        (wire, (f'Invalid combination of arguments. "{name}": only one of `a_a,b_b` can be specified, but '
               "`a_a,b_b` were specified."))
        for name, wire in NAMES.items()
    ]  # fmt: skip


def test_all_or_none_of_several_arguments():
    assert grouped("all_of", {"aA": 1}, when="a_a") == [
        ("aA", 'Missing required argument. "a_a": all of `a_a,b_b` must be specified')
    ]
    assert grouped("all_of", {"bB": 1}, when="a_a") == grouped("all_of", {}, when="a_a") == []
    assert grouped("all_of", {"aA": 1, "bB": 1}, when="a_a") == []


@pytest.mark.parametrize(
    "given, refused",
    [({"a": 1}, True), ({"a": 1, "b": 2}, False), ({"a": 2}, False), ({}, False), ({"a": 1, "b": ""}, True),
     ({"a": UNKNOWN}, False), ({"a": 1, "b": UNKNOWN}, False)],
    ids=range(7),
)  # fmt: skip
def test_arguments_that_others_need(given, refused):
    made = type_of(
        (), [{"when": {"a": 1}, "need": ["b"], "text": "b!"}], a=Field("any"), b=Field("any")
    )
    assert list(rules.refusals(made, given)) == ([("", "b!")] if refused else [])


# Check


def checked(made, news, olds=None, naming=None, settings=None):
    return check(made, "Res", news, olds or {}, settings or Settings(), naming or Naming(b"seed"))


@pytest.mark.parametrize(
    "field, value, wanted",
    [
        (Field("string"), True, "true"), (Field("string"), 1.5, "1.5"), (Field("string"), 7, "7"),
        (Field("string"), 1e6, "1e+06"), (Field("number"), "1.5", 1.5), (Field("number"), 2.0, 2),
        (Field("integer"), "3", 3), (Field("bool"), "true", True), (Field("bool"), "false", False),
        (Field("list", element=Field("integer")), ["1", 2], [1, 2]),
        (Field("set", element=Field("string")), [1], ["1"]),
        (Field("map", element=Field("string")), {"a": 1, "b": None}, {"a": "1"}), (Field("map"), {"a": 1}, {"a": 1}),
        (Field("any"), {"x": [1]}, {"x": [1]}), (Field("string"), UNKNOWN, UNKNOWN),
        (Field("string"), Secret(1), Secret("1")),
        (Field("object", fields={"b": Field("string")}), {"b": 1, "__x": 2}, {"b": "1"}),
        (Field("string", rules=(["json"],)), {"b": "é"}, '{"b":"é"}'),
        (Field("string", rules=(["policy"],)), {"a": [Secret(1)]}, Secret('{"a":[1]}')),
        (Field("string", rules=(["json"],)), [UNKNOWN], UNKNOWN),
        (Field("asset"), {SIG: ARCHIVE, "path": "x"}, {SIG: ARCHIVE, "path": "x"}),
    ],
    ids=range(21),
)  # fmt: skip
def test_a_value_takes_the_type_of_its_argument(field, value, wanted):
    inputs, problems = checked(type_of(a=field), {"a": value, "__defaults": ["x"], "b": None})
    assert problems == [] and inputs == {"a": wanted, "__defaults": []}
    assert type(inputs["a"]) is type(wanted)


@pytest.mark.parametrize(
    "field, value, shown",
    [
        (Field("integer"), 1.5, "expected integer type, got 1.5 of type number"),
        (Field("number"), "x", 'expected number type, got "x" of type string'),
        (Field("number"), True, "expected number type, got true of type bool"),
        (Field("bool"), "yes", 'expected bool type, got "yes" of type string'),
        (Field("bool"), 1, "expected bool type, got 1 of type number"),
        (Field("string"), [1], "expected string type, got [1] of type array"),
        (Field("list"), {"a": 1}, 'expected list type, got {"a": 1} of type object'),
        (Field("map"), [], "expected map type, got [] of type array"),
        (Field("object"), "x", 'expected object type, got "x" of type string'),
        (Field("asset"), "x", 'expected asset type, got "x" of type string'),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_what_it_is(field, value, shown):
    inputs, problems = checked(type_of(a=field), {"a": value})
    assert problems == [f"{shown}. Examine values at 'Res.a'."] and inputs["a"] == value


def test_the_place_of_a_wrong_value_is_told():
    secret = checked(type_of(a=Field("integer")), {"a": Secret("x")})
    assert secret[1] == [
        "expected integer type, got \"x\" of type string. Examine values at 'Res.a'."
    ]
    deep = Field("list", element=Field("object", fields={"b": Field("map", element=Field("bool"))}))
    assert checked(type_of(a=deep), {"a": [{"b": {"k": 5}}]})[1] == [
        "expected bool type, got 5 of type number. Examine values at 'Res.a[0].b.k'."
    ]
    block = Field("object", fields={"inner": Field("string")})
    assert checked(type_of(a=block), {"a": {"iner": 1}})[1] == [
        "Invalid or unknown key. Did you mean 'inner'. Examine values at 'Res.a.iner'."
    ]
    assert checked(type_of(a=block), {"zzz": 1})[1] == [
        "Invalid or unknown key. Examine values at 'Res.zzz'."
    ]


def test_what_is_missing_is_told_without_a_place():
    assert checked(type_of(a=Field("string", required=True)), {})[1] == [
        "Missing required property 'a'"
    ]
    two = type_of(a=Field("string", required=True), b=Field("integer"))
    assert len(checked(two, {"b": "x"})[1]) == 1, "rules are asked when the types are right"


def test_defaults_are_filled_in_and_noted_also_in_blocks():
    block = Field("object", fields={"x": Field("integer", default=5), "y": Field("string")})
    made = type_of(a=Field("integer", default=0), b=Field("string"), block=block,
                   blocks=Field("list", element=block))  # fmt: skip
    inputs, _ = checked(made, {"block": {}, "blocks": [{"x": 1}, {}]})
    assert inputs == {
        "a": 0,
        "block": {"x": 5},
        "blocks": [{"x": 1}, {"x": 5}],
        "__defaults": ["a"],
    }
    assert checked(made, {"a": 3})[0] == {"a": 3, "__defaults": []}
    assert checked(made, {"block": Secret({})})[0]["block"] == Secret({"x": 5})


def test_a_default_that_another_argument_excludes_is_not_filled_in():
    group = {"kind": "conflicts", "names": {"a": "a", "b": "b"}}
    made = type_of([group], a=Field("integer", default=1), b=Field("integer"))
    assert checked(made, {"b": 2})[0] == {"b": 2, "__defaults": []}
    assert checked(made, {})[0] == {"a": 1, "__defaults": ["a"]}
    other = type_of(
        [{**group, "kind": "one_of"}], a=Field("integer", default=1), b=Field("integer")
    )
    assert checked(other, {"b": 2})[0]["a"] == 1


def named(rule=None, field=None, **more):
    fields = {"name": field or Field("string", computed=True), "namePrefix": Field("string")}
    groups = ({"kind": "conflicts", "names": {"name": "name", "name_prefix": "namePrefix"}},)
    return Type(
        "t",
        "aws_x",
        fields,
        name_of="name",
        name_rule={"max": 20, **(rule or {})},
        groups=groups,
        **more,
    )


def test_a_name_is_made_of_the_resources_and_seven_digits():
    digits = unique(b"seed")
    assert len(digits) == 7 and unique(b"other") != digits
    assert checked(named(), {})[0] == {"name": f"Res-{digits}", "__defaults": ["name"]}
    assert checked(named({"lower": True}), {})[0]["name"] == f"res-{digits}"
    assert checked(named({"bare": True}), {})[0]["name"] == "Res"
    assert checked(named(), {"namePrefix": "p"})[0] == {"namePrefix": "p", "__defaults": []}
    assert checked(named(), {"name": "x"})[0] == {"name": "x", "__defaults": []}
    olds = {"name": "Res-old", "__defaults": ["name"]}
    assert checked(named(), {}, olds)[0]["name"] == "Res-old"
    assert checked(named(), {}, {**olds, "__defaults": []})[0]["name"] == f"Res-{digits}"


def test_a_name_of_the_longest_size_fits_and_one_more_does_not():
    assert checked(named({"max": 11}), {})[1] == []
    assert checked(named({"max": 10}), {})[1] == [
        (
            "could not make a name for 'Res': 'Res-' plus 7 random characters is longer than the maximum of 10; "
            "shorten the name, or give name yourself. Examine values at 'Res.name'."
        )
    ]


def test_a_name_that_was_asked_for_or_began_before():
    def made(**how):
        return checked(named({"max": 5}, how.pop("field", None)), {}, naming=Naming(b"seed", **how))

    assert made(proposed="12345")[0]["name"] == "12345" and made(proposed="12345")[1] == []
    assert made(proposed="123456")[1] == ["calculated name '123456' exceeds maximum length of 5"]
    assert made(proposed="123456", forced=True)[0]["name"] == "123456"
    assert made(earlier="before", proposed="x")[0]["name"] == "before"
    assert made(disabled=True) == ({"__defaults": []}, [])
    for field in (Field("string"), Field("string", required=True, computed=True)):
        inputs, problems = made(disabled=True, field=field)
        assert "name" not in inputs and problems == ["Missing required property 'name'"]
    assert made(disabled=True, proposed="x")[0]["name"] == "x"


TAGGED = Type("t", "aws_x", {"tags": Field("map", element=Field("string")), "region": Field("string")},
              outputs=("tagsAll",))  # fmt: skip


@pytest.mark.parametrize(
    "defaults, own, merged",
    [
        ({}, None, {}), ({"a": "1", "b": "2"}, {"b": "3"}, {"a": "1", "b": "3"}),
        ({"a": UNKNOWN}, {"b": "3"}, UNKNOWN), ({"a": "1"}, UNKNOWN, UNKNOWN),
        ({"a": "1"}, Secret({"b": "3"}), Secret({"a": "1", "b": "3"})),
        ({"a": "1"}, {"b": Secret("3")}, {"a": "1", "b": Secret("3")}),
    ],
    ids=range(6),
)  # fmt: skip
def test_default_tags_are_below_the_programs_own(defaults, own, merged):
    inputs, _ = checked(TAGGED, {"tags": own}, settings=Settings("eu-west-1", defaults))
    assert inputs["tagsAll"] == merged and inputs["region"] == "eu-west-1"
    assert checked(TAGGED, {"region": "x"})[0]["region"] == "x"
    assert (
        Settings() == Settings("us-east-1", {}) and checked(TAGGED, {})[0]["region"] == "us-east-1"
    )
