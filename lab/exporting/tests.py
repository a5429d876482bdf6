"""The tests that go along: those of what a chapter has, and what they need."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from pathlib import Path

from lab.course import that_makes
from lab.exporting.blocks import names_in
from lab.exporting.files import cut_file, definitions
from lab.exporting.source import Source

# With which step a file, or a test, has something to look at; others from the first chapter on.
FROM = {
    name: that_makes(step).number
    for step, names in {
        "team_keys": (
            "test_the_resource_policy_lets_nobody_in_by_itself",
            "test_a_key_lets_in_its_team_on_the_whole_stage",
            "test_anything_else_is_refused",
        ),
        "usage_plans": ("test_every_method_wants_a_key", "test_each_team_has_a_key_and_a_plan"),
        "access_logs": ("test_no_log_is_kept_for_ever_and_none_has_the_prompt",),
        "other_dialects": ("test_as_many_methods_as_the_readme_names",),
        "balancer": ("test_homes.py",),
        "breaker_table": ("test_failover.py", "conditions.py", "misbehaving.py"),
    }.items()
    for name in names
}
COGNITO = that_makes("user_pool").number  # brings the third way of authentication


def tests(folder: Path, number: int, gone: Collection[str]) -> dict[str, str]:
    """The files of gateway/tests/ at a chapter, by their names.

    Args:
        number: of the chapter.
        gone: settings that it does not have.
    """
    found = {
        path.name: path.read_text("utf-8")
        for path in sorted(folder.glob("*"))
        if path.is_file() and FROM.get(path.name, 0) <= number
    }
    for name, text in found.items():
        if name.startswith("test_"):
            found[name] = _cut(text, number, gone)
    return found


def _cut(text: str, number: int, gone: Collection[str]) -> str:
    if number < COGNITO:
        text = re.sub(r'^ +\("cognito", .*\n', "", text, flags=re.MULTILINE)
    source = Source(text)
    known = definitions(source)
    reads = {name: _reads(node) & set(known) for name, node in known.items()}
    told = {name for name, node in known.items() if _settings(node) & set(gone)}
    told |= {name for name in known if FROM.get(name, 0) > number}
    kept = {name for name in known if name.startswith("test_") and not _reach(name, reads) & told}
    fixtures = {name for name, node in known.items() if _automatic(node)}
    needed = set().union(*(_reach(name, reads) for name in kept | fixtures))
    return cut_file(source, needed, {})


def _reach(name: str, reads: dict[str, set[str]]) -> set[str]:
    """A definition and all that it needs."""
    found: set[str] = set()
    todo = [name]
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo += reads[each]
    return found


def _reads(node: ast.stmt) -> set[str]:
    """What a test needs: names, and fixtures, which are its arguments."""
    fixtures = {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    return names_in(node) | fixtures


def _automatic(node: ast.stmt) -> bool:
    """Whether it is a fixture that every test has."""
    return any("autouse" in ast.unparse(each) for each in getattr(node, "decorator_list", ()))


def _settings(node: ast.stmt) -> set[str]:
    """Which settings it chooses: what `declared` is given, and the keys of a table of them."""
    found: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and ast.unparse(each.func) in ("declared", "Settings"):
            found |= {keyword.arg for keyword in each.keywords if keyword.arg}
        elif isinstance(each, ast.Dict) and isinstance(node, ast.Assign):
            found |= {str(key.value) for key in each.keys if isinstance(key, ast.Constant)}
    return found
