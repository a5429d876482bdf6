"""How text is cut: expressions, statements, arguments, files; each by a small program."""

import ast
import textwrap
from dataclasses import fields

import pytest
import yaml

from gateway.settings import Settings
from lab.errors import LabError
from lab.exporting.files import cut_file
from lab.exporting.fold import Fold
from lab.exporting.program import Program
from lab.exporting.readme import readme
from lab.exporting.settings import camel, cut_configuration, unread
from lab.exporting.source import ABSENT, Known, Source
from lab.exporting.stacks import stack
from tests import chapters
from tests.lab.draw import golden

GONE = {"none": ABSENT, "parts": Known([]), "more": Known({})}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a.b", "a.b"),
        ("f(more).b", "f({}).b"),
        ("chosen['there']", "chosen['there']"),
        ("f(more)['x']", "f({})['x']"),
        ("[('x', 1), ('y', 2)]", "[('x', 1), ('y', 2)]"),
        ("[none, a, none, b, none]", "[a, b]"),
        ("(none, a, b)", "(a, b)"),
        ("f(parts, more)", "f([], {})"),
        ("{**a, **more}", "a"),
        ("{'x': 1, **more}", "{'x': 1}"),
        ("{**more}", Known({})),
        ("{'x': none, 'y': 2}", "{'y': 2}"),
        ("[a, *parts, none]", "[a]"),
        ("[*parts]", Known([])),
        ("a + parts", "a"),
        ("more | b", "b"),
        ("more | parts", Known([])),
        ("none.arn", ABSENT),
        ("none.parts[0].id", ABSENT),
        ("a if none else b", "b"),
        ("x or none", "x"),
        ("x and none", ABSENT),
        ("g(h(a), key=more)", "g(h(a), key={})"),
        ("[f(each, more) for each in rest if g(parts)]", "[f(each, {}) for each in rest if g([])]"),
        ("[each.urn for each in parts]", Known([])),
        ("{each: 1 for each in parts}", Known({})),
        ("f(a,  # why\n  b)", "f(a,  # why\n  b)"),
    ],
)
def test_an_expression_loses_what_is_gone(text, left):
    source = Source(text)
    fold = Fold(source)
    fold.names = dict(GONE)
    assert fold.expression(source.tree.body[0].value) == left


PROGRAM = """
def gateway(settings):
    role, table = api_role(), token_table()
    made = helper(settings, role, table)
    for each in others(settings):
        made += each
    if table:
        note(table)
    parts = [made, *checks(made)]
    unused = arguments(settings)
    export({"parts": parts, "table": table.name})


def helper(
    settings,
    role,
    table,
):
    # It says why.
    first = start(role)
    first |= table_arguments(table)
    return first


def others(settings):
    return other_parts(settings)
"""
LATER = {
    "token_table": "aws.dynamodb.Table",
    "checks": "Parts",
    "table_arguments": "Arguments",
    "other_parts": "Parts",
    "note": "None",
}


def test_a_program_loses_later_steps_and_what_only_they_needed():
    program = Program([Source(PROGRAM)], LATER, {"arguments": "Arguments"})
    assert program.left["gateway"] == textwrap.dedent("""\
        def gateway(settings):
            role = api_role()
            made = helper(role)
            parts = [made]
            export({"parts": parts})""")
    assert program.left["helper"] == textwrap.dedent("""\
        def helper(role):
            first = start(role)
            return first""")
    assert "others" not in program.left


def test_who_may_call_before_chapter_7_is_said_in_the_text():
    text = "def gateway():\n    a = access(1, 2)\n    p = policy(encrypted_only(1, api))\n    m(a, p)\n"
    later = {"access": "Arguments", "encrypted_only": "list[Statement]"}
    program = Program([Source(text)], later, {})
    assert 'a = {"authorization": "NONE"}' in program.left["gateway"]
    assert "p = policy(allow_everyone(api))" in program.left["gateway"]
    assert program.by_hand == {"allow_everyone"}


def test_a_statement_that_nobody_knows_is_refused_with_its_line():
    with pytest.raises(LabError, match="While in line 3 cannot be cut"):
        Program([Source("def gateway():\n    a = 1\n    while a:\n        a = 0\n")], {}, {})


FILE = '''"""A file."""

from __future__ import annotations

import json
from collections.abc import (
    Mapping,  # for one
    Sequence,
)

# Chapter 01: one

ONE = 1  # the first
TWO = 2  # the second


def one(x: Mapping) -> int:
    return ONE


# Chapter 02: two


# Why there is a two.
def two(x: Sequence) -> str:
    return json.dumps(TWO)
'''


def test_a_file_keeps_headings_comments_and_imports_of_what_stays():
    first = cut_file(Source(FILE), {"one", "ONE"}, {})
    assert "import json" not in first and "Sequence" not in first and "two" not in first.lower()
    assert "# Chapter 01: one\n\nONE = 1  # the first\n\n\ndef one(" in first
    second = cut_file(Source(FILE), {"two", "TWO"}, {})
    assert "Mapping" not in second and "# Chapter 02: two\n\n\n# Why there is a two.\ndef" in second
    assert cut_file(Source(FILE), {"one", "two", "ONE", "TWO"}, {}) == FILE
    for text in (first, second):
        ast.parse(text)


def test_a_setting_that_only_a_rule_reads_goes_with_the_one_that_it_is_about():
    settings = Source(
        "class Settings:\n    stream: bool\n    runtime_streams: bool\n    rate: int\n"
    )
    rule = 'def rule(chosen):\n    if chosen["stream"] and not chosen["runtime_streams"]:\n        pass\n'
    assert unread(settings, Source(rule), ["settings.stream"]) == {"rate"}
    assert unread(settings, Source(rule), ["settings.rate"]) == {"stream", "runtime_streams"}


def test_a_project_file_loses_the_settings_that_are_gone():
    text = "config:\n  teamRate:\n    default: 5\n    type: string\n  timeout:\n    default: 29\n"
    assert cut_configuration(text, {"team_rate"}) == "config:\n  timeout:\n    default: 29\n"
    assert cut_configuration(text, set()) == text


def test_dev_and_prod_have_only_settings_that_are_there():
    assert "gateway:protect" in stack("prod", set(), protected=True)
    assert "gateway:protect" not in stack("prod", {"protect"}, protected=True)
    assert "alarmActions" not in stack("prod", {"alarm_actions"}, protected=True)


@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_stacks_file_is_read_by_pulumi_as_the_settings_of_the_program(name):
    text = stack(name, set(), protected=name == "prod")
    golden.check(f"exporting/Pulumi.{name}.yaml", text)
    known = {f"gateway:{camel(field.name)}": field.type for field in fields(Settings)}
    given = {
        key: value
        for key, value in yaml.safe_load(text)["config"].items()
        if key.startswith("gateway:")
    }
    assert given and set(given) <= set(known)
    for key, value in given.items():
        assert isinstance(value, str)  # as Pulumi writes it, whatever it is
        if known[key] == "bool":
            assert value in ("true", "false")
        if known[key] in ("int", "float"):
            float(value)
    assert ("gateway:protect" in given) == (name == "prod")


README = """# Title

## What it makes

All.

## Call

curl

## Change

Set `teamQuota`:

```sh
pulumi config set gateway:teamQuota 5
```

- one: `gateway:timeout`;
- two: `teamRate`.

The prices of `teamRate`:

```sh
pulumi config rm gateway:timeout
```

| what | dollars |
|---|---|
| at rest, a month | 3.50 |
| instances, at rest | 86 |

## Instances

Many.
"""


def test_a_readme_loses_paragraphs_and_bullets_about_what_is_gone():
    told = readme(README, 6, {"team_quota", "team_rate"})
    assert "teamQuota" not in told and "teamRate" not in told and "Many" not in told
    assert "- one: `gateway:timeout`;" in told
    assert "Everyone who knows its URL may call it" in told
    assert "stack output model_url" in told and "team_keys" not in told
    golden.check("exporting/README.first.md", told)
    with_keys = readme(README, chapters.KEYS, set())
    assert "team_keys --show-secrets" in with_keys and "limits come with chapter" in with_keys
    whole = readme(README, chapters.WHOLE, set())
    golden.check("exporting/README.md", whole)
    assert "curl" in whole and "Many." in whole and "teamQuota 5" in whole
