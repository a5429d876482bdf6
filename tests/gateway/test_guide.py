"""Schemas that an answer can be held to: what becomes of each keyword, and what is refused."""

import itertools
import json
import random
from enum import Enum
from typing import Annotated, Literal, Union

import pytest
from errors import ApiError
from guide import kinds
from guide.apart import apart
from guide.fits import fits
from guide.schemas import DEPTH, any_object, grammar, held
from inner import Ask, Message, whole
from model import MODEL
from pydantic import BaseModel, Field


def root(schema, **more):
    """A schema whose one property is this one."""
    return {"type": "object", "properties": {"a": schema}, "required": ["a"], **more}


def inside(schema, **more):
    """What becomes of it there."""
    return held(root(schema, **more), "s")["properties"]["a"]


def refused(schema, **more):
    """Where, and why."""
    with pytest.raises(ApiError) as found:
        held(schema, "s", **more)
    error = found.value
    assert (error.status, error.code, error.type) == (
        400,
        "invalid_schema",
        "invalid_request_error",
    )
    assert (
        error.message.startswith(f"{error.param} cannot be held here: ")
        and len(error.message) < 500
    )
    return error.param


SHORT = {"type": "string", "pattern": "^([\\n\\t -\u024f]{0,80}|[\\s\\S]{0,27})$"}
WHOLE = {"minimum": -999_999, "maximum": 999_999}
ANYTHING = {"anyOf": [SHORT, {"type": "integer", **WHOLE}, {"type": "number", **WHOLE, "multipleOf": 1e-6},
                      {"type": "boolean"}, {"type": "null"}]}  # fmt: skip
DATE = {"type": "string", "pattern": f"^{kinds.DAY}$"}

# A keyword, and what becomes of it: one row for each of JSON Schema's that something can be held to.
KEPT = {
    "enum": ({"enum": ["x", 1, None, {"y": []}]}, {"enum": ["x", 1, None, {"y": []}]}),
    "enum of a type": ({"type": "string", "enum": ["x", 1]}, {"enum": ["x"]}),
    "const": ({"const": {"x": 1}}, {"enum": [{"x": 1}]}),
    "const of a type": ({"const": True, "type": "boolean"}, {"enum": [True]}),
    "list of types": ({"type": ["string", "null"]}, {"anyOf": [SHORT, {"type": "null"}]}),
    "list of one type": ({"type": ["null"]}, {"type": "null"}),
    "anyOf": ({"anyOf": [{"type": "null"}, {"type": "string"}]}, {"anyOf": [{"type": "null"}, SHORT]}),
    "oneOf": ({"oneOf": [{"type": "null"}, {"type": "string"}]}, {"anyOf": [{"type": "null"}, SHORT]}),
    "allOf of one": ({"allOf": [{"type": "null"}]}, {"type": "null"}),
    "minLength, maxLength": ({"type": "string", "minLength": 2, "maxLength": 9},
                             {"type": "string", "minLength": 2, "maxLength": 9}),
    "minLength alone": ({"type": "string", "minLength": 90},
                        {"type": "string", "minLength": 90, "maxLength": 90}),
    "pattern": ({"type": "string", "pattern": "^[a-z]+$"}, {"type": "string", "minLength": 0, "maxLength": 80, "pattern": "^[a-z]+$"}),
    "pattern with maxLength": ({"type": "string", "pattern": "x", "maxLength": 5},
                               {"type": "string", "minLength": 0, "maxLength": 5, "pattern": "x"}),
    "format": ({"type": "string", "format": "date"}, DATE),
    "minimum, maximum": ({"type": "integer", "minimum": 2, "maximum": 9},
                         {"type": "integer", "minimum": 2, "maximum": 9}),
    "exclusive bounds": ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                         {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1,
                          "multipleOf": 1e-6}),
    "a number in narrow bounds": ({"type": "number", "minimum": 0.5, "maximum": 0.51},
                                  {"type": "number", "minimum": 0.5, "maximum": 0.51,
                                   "multipleOf": 1e-8}),
    "bounds too narrow for steps": ({"type": "number", "minimum": 0.5, "maximum": 0.5001},
                                    {"type": "number", "minimum": 0.5, "maximum": 0.5001}),
    "bounds too large for steps": ({"type": "number", "minimum": 0, "maximum": 1e12},
                                   {"type": "number", "minimum": 0, "maximum": 1e12}),
    "multipleOf": ({"type": "integer", "multipleOf": 5},
                   {"type": "integer", "multipleOf": 5, "minimum": -999_999, "maximum": 999_999}),
    "a bound far away": ({"type": "integer", "minimum": 10**9},
                         {"type": "integer", "minimum": 10**9, "maximum": 10**9 + 999_999}),
    "a bound far below": ({"type": "integer", "maximum": -(10**9)},
                          {"type": "integer", "maximum": -(10**9), "minimum": -(10**9) - 999_999}),
    "items": ({"type": "array", "items": {"type": "null"}},
              {"type": "array", "minItems": 0, "maxItems": 5, "items": {"type": "null"}}),
    "minItems, maxItems": ({"type": "array", "items": {"type": "null"}, "minItems": 7, "maxItems": 9},
                           {"type": "array", "minItems": 7, "maxItems": 9, "items": {"type": "null"}}),
    "prefixItems": ({"type": "array", "prefixItems": [{"type": "null"}], "items": False},
                    {"type": "array", "minItems": 0, "maxItems": 1, "prefixItems": [{"type": "null"}],
                     "items": False}),
    "optional properties": ({"type": "object", "properties": {"b": {"type": "null"}}},
                            {"type": "object", "properties": {"b": {"type": "null"}}, "required": [],
                             "additionalProperties": False}),
    "additionalProperties": ({"type": "object", "additionalProperties": {"type": "null"}},
                             {"type": "object", "properties": {}, "required": [], "maxProperties": 5,
                              "additionalProperties": {"type": "null"}}),
    "additionalProperties beside properties": (
        {"properties": {"b": {"type": "null"}}, "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"b": {"type": "null"}}, "required": [],
         "additionalProperties": False}),
    "no type, but items": ({"items": {"type": "null"}},
                           {"type": "array", "minItems": 0, "maxItems": 5, "items": {"type": "null"}}),
    "anything": ({}, ANYTHING),
    "true": (True, ANYTHING),
    "notes": ({"type": "null", "title": "T", "description": "d", "default": 1, "examples": [1],
               "deprecated": True, "readOnly": True, "$comment": "c", "x-order": 1}, {"type": "null"}),
    "switched off": ({"type": "array", "items": {"type": "null"}, "uniqueItems": False},
                     {"type": "array", "minItems": 0, "maxItems": 5, "items": {"type": "null"}}),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "becomes"), KEPT.values(), ids=KEPT)
def test_what_can_be_held_is_kept_and_what_has_no_end_gets_one(schema, becomes):
    assert inside(schema) == becomes


@pytest.mark.parametrize("place", ["$defs", "definitions"])
def test_a_reference_is_written_out(place):
    schema = root(
        {"$ref": f"#/{place}/B~1b", "description": "d"}, **{place: {"B/b": {"type": "null"}}}
    )
    assert held(schema, "s")["properties"]["a"] == {"type": "null"}
    whole = {"$ref": "#/$defs/R", "$defs": {"R": root({"type": "null"})}}
    assert held(whole, "s") == held(root({"type": "null"}), "s")


def test_a_class_that_holds_itself_is_three_levels_deep_and_ends():
    node = {"type": "object", "properties": {
        "value": {"type": "null"}, "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}},
        "next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}},
        "required": ["value", "children", "next"]}  # fmt: skip
    found = held({"$ref": "#/$defs/Node", "$defs": {"Node": node}}, "s")
    for _ in range(2):
        found = found["properties"]["next"]["anyOf"][0]
    assert found["properties"]["next"] == {"anyOf": [{"type": "null"}]}
    assert found["properties"]["children"]["maxItems"] == 0
    tree = {"type": "object", "properties": {"left": {"$ref": "#"}}}  # as OpenAI shows it
    assert held(tree, "s")["properties"]["left"]["properties"] != {}


REFUSED = {
    "no object": ([], ""),
    "null": (None, ""),
    "another root": ({"type": "string"}, ".type"),
    "a root of several": ({"anyOf": [root({}), root({})]}, ".type"),
    "no type": (root({"minimum": 1}), ".properties.a.type"),
    "an unknown type": (root({"type": "banana"}), ".properties.a.type"),
    "a type that is none": (root({"type": 5}), ".properties.a.type"),
    "an unknown keyword": (root({"type": "null", "banana": 1}), ".properties.a.banana"),
    "a keyword of another type": (root({"type": "null", "minimum": 1}), ".properties.a.minimum"),
    "uniqueItems": (root({"type": "array", "uniqueItems": True}), ".properties.a.uniqueItems"),
    "contains": (root({"type": "array", "contains": {}}), ".properties.a.contains"),
    "propertyNames": (root({"type": "object", "propertyNames": {}}), ".properties.a.propertyNames"),
    "patternProperties": (root({"type": "object", "patternProperties": {}}),
                          ".properties.a.patternProperties"),
    "dependentRequired": (root({"type": "object", "dependentRequired": {}}),
                          ".properties.a.dependentRequired"),
    "not": (root({"not": {}}), ".properties.a.type"),
    "if": (root({"type": "null", "if": {}}), ".properties.a.if"),
    "nullable": (root({"type": "string", "nullable": True}), ".properties.a.nullable"),
    "items of the old kind": (root({"items": [{}]}), ".properties.a.items"),
    "beside $ref": (root({"$ref": "#/$defs/A", "minimum": 1}, **{"$defs": {"A": {"type": "null"}}}),
                    ".properties.a.minimum"),
    "beside anyOf": (root({"anyOf": [{}], "minimum": 1}), ".properties.a.minimum"),
    "beside enum": (root({"enum": ["x"], "minLength": 1}), ".properties.a.minLength"),
    "beside format": (root({"type": "string", "format": "date", "pattern": "x"}),
                      ".properties.a.format"),
    "an unknown format": (root({"type": "string", "format": "binary"}), ".properties.a.format"),
    "a format that is none": (root({"type": "string", "format": []}), ".properties.a.format"),
    "a missing $ref": (root({"$ref": "#/$defs/B"}), ".properties.a.$ref"),
    "a remote $ref": (root({"$ref": "https://example.com/a"}), ".properties.a.$ref"),
    "a $ref that is none": (root({"$ref": [1]}), ".properties.a.$ref"),
    "a $ref to itself": ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, ""),
    "no other branch": ({"$ref": "#/$defs/A", "$defs": {"A": root({"$ref": "#/$defs/A"})}}, ""),
    "anyOf nothing": (root({"anyOf": []}), ".properties.a.anyOf"),
    "oneOf that overlaps": (root({"oneOf": [{"type": "integer"}, {"type": "number"}]}),
                            ".properties.a.oneOf"),
    "allOf of two": (root({"allOf": [{"type": "null"}] * 2}), ".properties.a.allOf"),
    "an empty enum": (root({"enum": []}), ".properties.a.enum"),
    "an enum of another type": (root({"type": "string", "enum": [1, True]}), ".properties.a.enum"),
    "a const of another type": (root({"type": "integer", "const": True}), ".properties.a.const"),
    "look-ahead": (root({"type": "string", "pattern": "(?=a)"}), ".properties.a.pattern"),
    "a flag": (root({"type": "string", "pattern": "(?i)a"}), ".properties.a.pattern"),
    "a border": (root({"type": "string", "pattern": r"\bword"}), ".properties.a.pattern"),
    "a back reference": (root({"type": "string", "pattern": r"(a)\1"}), ".properties.a.pattern"),
    "a class that Rust reads otherwise": (root({"type": "string", "pattern": "[a-z&&[b]]"}),
                                          ".properties.a.pattern"),
    "a large count": (root({"type": "string", "pattern": "a{1000}"}), ".properties.a.pattern"),
    "no expression": (root({"type": "string", "pattern": "("}), ".properties.a.pattern"),
    "a pattern that is none": (root({"type": "string", "pattern": 5}), ".properties.a.pattern"),
    "lengths": (root({"type": "string", "minLength": 3, "maxLength": 2}), ".properties.a.minLength"),
    "a length too long": (root({"type": "string", "maxLength": 1001}), ".properties.a.maxLength"),
    "a length that is none": (root({"type": "string", "minLength": 1.5}), ".properties.a.minLength"),
    "items": (root({"type": "array", "minItems": 3, "maxItems": 2}), ".properties.a.minItems"),
    "items too many": (root({"type": "array", "minItems": 10**9}), ".properties.a.minItems"),
    "bounds": (root({"type": "integer", "minimum": 3, "maximum": 2}), ".properties.a.minimum"),
    "a bound that is none": (root({"type": "integer", "minimum": "1"}), ".properties.a.minimum"),
    "a bound without end": (root({"type": "integer", "minimum": 10**40}), ".properties.a.minimum"),
    "a multiple of nothing": (root({"type": "integer", "multipleOf": 0}), ".properties.a.multipleOf"),
    "properties": ({"type": "object", "properties": []}, ".properties"),
    "required": ({"type": "object", "properties": {}, "required": ["b"]}, ".required"),
    "required that is none": ({"type": "object", "required": [[]]}, ".required"),
    "additionalProperties": ({"type": "object", "additionalProperties": 0}, ".additionalProperties"),
    "a property that is none": (root(5), ".properties.a"),
}  # fmt: skip


@pytest.mark.parametrize(("schema", "param"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_held_is_refused_by_name(schema, param):
    assert refused(schema) == "s" + param


def test_a_schema_is_ten_levels_deep_and_not_eleven():
    def deep(levels):
        return {"type": "array", "items": deep(levels - 1)} if levels else {"type": "null"}

    assert held(root(deep(DEPTH - 1)), "s")
    assert refused(root(deep(DEPTH))) == "s.properties.a" + ".items" * DEPTH


def test_a_schema_has_two_thousand_parts_and_not_one_more():
    def wide(number):
        return {"type": "object", "properties": {str(n): {"type": "null"} for n in range(number)}}

    assert held(wide(1999), "s")
    assert refused(wide(2000)) == "s.properties.1999"
    bomb = {f"d{n}": root({"$ref": f"#/$defs/d{n + 1}"}) for n in range(9)}
    for each in bomb.values():
        each["properties"] |= {str(n): each["properties"]["a"] for n in range(9)}
    assert refused({"$ref": "#/$defs/d0", "$defs": {**bomb, "d9": {"type": "null"}}}).startswith(
        "s."
    )


@pytest.mark.parametrize(
    ("schemas", "are"),
    [
        ([{"type": "string"}, {"type": "integer"}, {"type": "null"}], True),
        ([{"type": "integer"}, {"type": "number"}], False),
        ([{"enum": ["a"]}, {"enum": ["b"]}], True),
        ([{"enum": ["a"]}, {"enum": ["b", "a"]}], False),
        ([{"enum": ["a"]}, {"type": "string"}], False),
        ([{"enum": ["a"]}, {"type": "integer"}], True),
        ([{"enum": ["a", 1]}, {"type": "boolean"}], False),
        ([root({"enum": ["cat"]}), root({"enum": ["dog"]})], True),
        ([root({"enum": ["cat"]}), {**root({"enum": ["dog"]}), "required": []}], False),
        ([root({"type": "string"}), root({"type": "string"})], False),
        ([{"anyOf": [{"type": "null"}]}, {"type": "string"}], False),
        *(
            ([{"enum": [value]}, {"type": kind}], kind != same)
            for value, same in (
                (None, "null"),
                (True, "boolean"),
                (0.5, "number"),
                (1, "number"),
                ([1], "array"),
                ({"a": 1}, "object"),
            )
            for kind in ("null", "boolean", "number", "string", "array", "object")
        ),
        ([{"type": "object"}, {"type": "object"}], False),
        ([{"type": "object"}, root({"enum": ["cat"]})], False),
        ([root({"enum": ["cat"]}), {"type": "object"}], False),
    ],
    ids=str,
)
def test_branches_are_told_apart_by_type_or_by_a_property_of_few_values(schemas, are):
    assert apart(schemas) is are


# pydantic


class Unit(Enum):
    C, F = "C", "F"


class Point(BaseModel):
    x: int = Field(ge=0, le=9)
    label: str | None = None


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Person(BaseModel):
    """What pydantic makes of the kinds of fields that people use."""

    name: Annotated[str, Field(min_length=1, max_length=12, pattern="^[A-Z][a-z]+$")]
    unit: Unit
    age: int | None
    points: list[Point] = Field(max_length=2)
    pet: Annotated[Union[Cat, Dog], Field(discriminator="kind")]  # noqa: UP007 - as people write it
    pair: tuple[int, bool]
    scores: dict[str, float]


def test_pydantics_schemas_are_held_as_they_come_and_as_openais_client_makes_them():
    from openai.lib._pydantic import to_strict_json_schema

    for schema in (Person.model_json_schema(), to_strict_json_schema(Point)):
        assert held(schema, "s")["type"] == "object"


# The real model: what is let through is held


def validator(schema):
    """The judge of an answer."""
    import jsonschema  # takes seconds to load: not where tests are only counted

    return jsonschema.Draft202012Validator(schema)


def answered(schema, seed, temperature=1.5):
    """An answer of the model's, held to a schema."""
    turns = (Message("user", "Give an example."),)
    ask = Ask(turns, 256, temperature=temperature, seed=seed, shape=held(schema, "s"))
    return whole(MODEL.stream(ask))


@pytest.mark.parametrize("schema", [row[0] for row in KEPT.values()], ids=list(KEPT))
def test_the_model_is_held_to_each_keyword(schema):
    whole = root(schema)
    done = answered(whole, seed=3)
    assert done.end.reason == "stop"
    validator(whole).validate(json.loads(done.text))


def generated(chance, depth=0):
    """A schema of the kinds above, put together by chance."""
    if depth == 0 or (depth < 3 and chance.random() < 0.3):
        names = chance.sample(["a", "b", "c d", 'e"', "é", "$ref", "::="], chance.randint(1, 3))
        properties = {name: generated(chance, depth + 1) for name in names}
        needed = [name for name in names if chance.random() < 0.7]
        return {"type": "object", "properties": properties, "required": needed}
    if depth < 3 and chance.random() < 0.2:
        return {"anyOf": [generated(chance, depth + 1), {"type": "null"}]}
    if depth < 3 and chance.random() < 0.2:
        return {"type": "array", "items": generated(chance, 2), "maxItems": 2}
    low = chance.randint(-50, 50)
    return chance.choice([
        {"type": "string", "maxLength": chance.randint(0, 8)},
        {"type": "string", "format": chance.choice(list(kinds.FORMATS))},
        {"type": "integer", "minimum": low, "maximum": low + chance.randint(0, 20)},
        {"type": "number", "exclusiveMinimum": low, "maximum": low + 5},
        {"enum": chance.sample(["x", "\\", '"', 1, 2.5, True, None, [], {"y": 1}], 3)},
        {"type": "boolean"},
    ])  # fmt: skip


@pytest.mark.parametrize("most", [1, 2, 5])
def test_an_object_of_any_names_has_so_many_and_no_more(most):
    shown = held(
        {"type": "object", "additionalProperties": {"type": "null"}, "maxProperties": most}, "s"
    )
    for number in range(1, 7):
        value = dict.fromkeys("abcdef"[:number])
        assert fits(value, shown) == validator(shown).is_valid(value) == (number <= most)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_let_through_is_held(seed):
    schema = generated(random.Random(seed))
    done = answered(schema, seed)
    if done.end.reason == "stop":
        validator(schema).validate(json.loads(done.text))
    assert done.text.startswith("{")


VALUES = [
    None, True, False, 0, 1, 5, -3, 10, 999_999, 10**7, 0.5, 0.25, 1.0, 0.505, 2.5000001, -1e-9,
    "", "a", "ab", "AB-123", "x" * 81, "2026-11-29", "x\n", "\\", "é", [], [1], ["a"], [1, "a"],
    [1, 2, 3, 4, 5, 6], {}, {"a": 1}, {"a": "x"}, {"a": None}, {"a": 1, "b": 2}, {"y": 1},
    {"a": [1]}, {"a": {"a": 1}}, {"a": {"a": None}},
]  # fmt: skip


@pytest.mark.parametrize("schema", [row[0] for row in KEPT.values()], ids=list(KEPT))
def test_the_last_look_at_an_answer_agrees_with_a_validator(schema):
    """For each keyword that is let through, on values of all kinds; and on generated schemas."""
    shown = held(root(schema), "s")
    oracle = validator(shown)
    values = [{"a": value} for value in VALUES] + VALUES
    assert [fits(value, shown) for value in values] == [oracle.is_valid(value) for value in values]


@pytest.mark.parametrize("seed", range(40))
def test_the_last_look_agrees_on_generated_schemas(seed):
    shown = held(generated(random.Random(seed)), "s")
    oracle, chance = validator(shown), random.Random(seed)
    for _ in range(200):
        names = chance.sample(
            list(shown["properties"]), chance.randint(0, len(shown["properties"]))
        )
        value = {name: chance.choice(VALUES) for name in names}
        assert fits(value, shown) == oracle.is_valid(value), value


@pytest.mark.parametrize("schema", [row[0] for row in KEPT.values()], ids=list(KEPT))
def test_what_is_held_can_be_sent_on_and_is_held_again(schema):
    """A function that asks an instance sends it what it has made of a caller's schema."""
    once = held(root(schema), "s")
    assert held(once, "s")["required"] == once["required"]


def test_most_generated_schemas_differ():
    made = [json.dumps(generated(random.Random(seed))) for seed in range(8)]
    assert all(one != other for one, other in itertools.combinations(made, 2))


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^[A-Z]{30}$", "maxLength": 20},
        {"type": "integer", "minimum": 0.2, "maximum": 0.7},
        {"type": "string", "pattern": "^a$", "minLength": 5},
    ],
    ids=str,
)
def test_a_schema_that_nothing_fits_is_refused_before_the_first_piece_and_not_logged(schema, capfd):
    ask = Ask((Message("user", "Hi"),), 20, shape=held(root(schema), "s"))
    with pytest.raises(ApiError, match="cannot be held to this schema") as found:
        next(MODEL.stream(ask))
    assert (found.value.status, found.value.code) == (400, "invalid_schema")
    assert capfd.readouterr() == ("", "")


def test_some_object_is_one_of_three_levels():
    schema = any_object()
    for levels in (2, 1):
        schema = schema["additionalProperties"]
        assert len(schema["anyOf"]) == 7
        schema = schema["anyOf"][-1]
        assert (schema["type"], schema["maxProperties"]) == ("object", 5), levels
    assert schema["additionalProperties"] == ANYTHING


def test_the_grammar_is_compact_json():
    text = grammar(held(root({"type": "null"}), "s"))
    assert text.startswith("%llguidance {}\nstart: %json {")
    assert answered(root({"type": "null"}), 1).text == '{"a": null}'
