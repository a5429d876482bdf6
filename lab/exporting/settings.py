"""Settings up to a chapter: settings.py, refusals.py and Pulumi.yaml without those that nobody reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from lab.exporting.blocks import cut_function
from lab.exporting.chapter import functions
from lab.exporting.fold import Fold
from lab.exporting.source import ABSENT, Known, Source

READ = re.compile(r"\bsettings\.(\w+)")
RULED = re.compile(r'\bchosen\["(\w+)"\]')


def fields(source: Source) -> list[str]:
    """All settings, by their names in Python."""
    return [
        node.target.id
        for node in _class(source).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


def camel(name: str) -> str:
    """A setting's name in Pulumi's configuration: `team_rate` is `teamRate`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def unread(settings: Source, refusals: Source, texts: Collection[str]) -> set[str]:
    """The settings that no text of the program reads, and no rule needs for one that is read."""
    known = set(fields(settings))
    read = known & {name for text in texts for name in READ.findall(text)}
    rules = [set(RULED.findall(refusals.of(node))) for node in functions(refusals).values()]
    needed = {name for name in ONLY_RULED for rule in rules if name in rule and rule & read}
    return known - read - needed


# Read by no step, but by a rule about another one.
ONLY_RULED = {"runtime_streams"}


def cut_settings(source: Source, gone: Collection[str]) -> dict[str, str]:
    """What is left of each definition of settings.py: "" is nothing."""
    without = {camel(name) for name in gone} | set(gone)
    left: dict[str, str] = {}
    empty: set[str] = set()
    for name, node in functions(source).items():
        cut = cut_function(node, Fold(source, without=without))
        left[name] = cut.text
        if not cut.text:
            empty.add(name)

    def called(name: str, *_: object) -> Known | None:
        return Known({}) if name in empty else None

    left["Settings"] = _cut_class(source, gone, Fold(source, called, without))
    return left


def _cut_class(source: Source, gone: Collection[str], fold: Fold) -> str:
    node = _class(source)
    told, end = "", source.span(node)[0]
    for each in node.body:
        start, stop = source.span(each)
        gap, end = source.text[end:start], stop
        if isinstance(each, ast.AnnAssign) and getattr(each.target, "id", "") in gone:
            continue
        text = source.of(each)
        if isinstance(each, ast.Expr):
            text = _cut_docstring(text, gone)
        if isinstance(each, ast.FunctionDef):
            text = cut_function(each, fold).text
        told += gap + text
    return told


def _cut_docstring(text: str, gone: Collection[str]) -> str:
    """The list of attributes without some of them."""
    entry = re.compile(r"^        (\w+): .*\n(?:            .*\n)*", re.MULTILINE)
    return entry.sub(lambda found: "" if found[1] in gone else found[0], text)


def cut_refusals(source: Source, gone: Collection[str]) -> dict[str, str]:
    """What is left of each definition of refusals.py: "" is nothing."""
    without = {camel(name) for name in gone} | set(gone)
    known = functions(source)
    nothing = [
        name
        for name, node in known.items()
        if (ruled := set(RULED.findall(source.of(node)))) and ruled <= set(gone)
    ]
    left = dict.fromkeys(nothing, "")
    for node in source.tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            fold = Fold(source, without=without)
            start, _ = source.span(node)
            left[str(source.of(node.targets[0]))] = source.text[
                start : source.span(node.value)[0]
            ] + fold.needed(node.value)
    several = [name for name in known if name.startswith("refuse_")]
    for name in sorted(set(known) - set(nothing), key=lambda name: name in several):
        fold = Fold(source, without=without, settings=gone)
        fold.names = {each: ABSENT for each, text in left.items() if not text}
        left[name] = cut_function(known[name], fold).text
    return left


def cut_configuration(text: str, gone: Collection[str]) -> str:
    """Pulumi.yaml without the settings that are gone."""
    names = "|".join(sorted(camel(name) for name in gone)) or "nothing"
    return re.sub(rf"^  (?:{names}):\n(?:    .*\n)+", "", text, flags=re.MULTILINE)


def _class(source: Source) -> ast.ClassDef:
    return next(node for node in source.tree.body if isinstance(node, ast.ClassDef))
