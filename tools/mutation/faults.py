"""Small faults put into a module, one at a time: what the tests have to find.

The operators are mutmut's: a limit off by one, `and` for `or`, an argument left out, another
text. Its own runner takes functions only; here constants, defaults and fields have faults too.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator
from itertools import islice

import libcst
from libcst import matchers
from libcst.metadata import (
    CodeRange,
    MetadataWrapper,
    PositionProvider,
    WhitespaceInclusivePositionProvider,
)
from mutmut.mutation.mutators import mutation_operators

from tools.mutation.hunt import Fault

QUIET = ("len", "isinstance")  # an argument less in these is an error at once, and tells nothing


class _Faults(libcst.CSTVisitor):
    """Collects what the operators make of each node: (node, changed node, operator)."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[libcst.CSTNode, libcst.CSTNode, str]] = []

    def on_visit(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, (libcst.Annotation, libcst.Decorator)) or _is_list_of_names(node):
            return False
        if isinstance(node, libcst.Call) and matchers.matches(
            node.func, matchers.OneOf(*(matchers.Name(name) for name in QUIET))
        ):
            return False
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                name = operator.__name__.removeprefix("operator_")
                # A text has one fault: its other forms (upper case, lower case) fall with it.
                most = 1 if name == "string" else None
                self.found += [(node, changed, name) for changed in islice(operator(node), most)]
        return True


def _is_list_of_names(node: libcst.CSTNode) -> bool:
    return isinstance(node, libcst.Assign) and matchers.matches(
        node.targets[0].target, matchers.Name("__all__")
    )


def of(source: str, sample: int | None = None, seed: int = 0) -> Iterator[Fault]:
    """The faults of a module's text; a random sample of so many, where there are more."""
    wrapper = MetadataWrapper(libcst.parse_module(source))
    faults = _Faults()
    wrapper.visit(faults)
    positions = wrapper.resolve(PositionProvider)
    extents = wrapper.resolve(WhitespaceInclusivePositionProvider)
    random.Random(seed).shuffle(faults.found)
    spans, seen = _statements(source), {ast.dump(ast.parse(source))}
    for node, changed, operator in faults.found:
        if sample is not None and len(seen) > sample:
            return
        text = _replaced(source, extents[node], wrapper.module.code_for_node(changed))
        try:
            tree = ast.dump(ast.parse(text))
            compile(text, "mutant", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        if tree in seen:
            continue
        seen.add(tree)
        line = positions[node].start.line
        change = f"{_short(wrapper.module, node)} -> {_short(wrapper.module, changed)}"
        yield Fault(line, _span(spans, line), operator, change, text)


def _replaced(source: str, extent: CodeRange, text: str) -> str:
    lines = source.splitlines(keepends=True)
    start, end = extent.start, extent.end
    before = "".join(lines[: start.line - 1]) + lines[start.line - 1][: start.column]
    after = lines[end.line - 1][end.column :] + "".join(lines[end.line :])
    return before + text + after


def _short(module: libcst.Module, node: libcst.CSTNode) -> str:
    return " ".join(module.code_for_node(node).split())


def _statements(source: str) -> list[range]:
    """First and last line of every statement, without the body of those that have one."""
    spans = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.match_case):
            spans.append(range(node.pattern.lineno, node.body[0].lineno))
        elif isinstance(node, (ast.stmt, ast.excepthandler)):
            body = getattr(node, "body", None)
            end = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
            spans.append(range(node.lineno, max(end, node.lineno + 1)))
    return spans


def _span(spans: list[range], line: int) -> range:
    """The innermost statement that this line is in."""
    around = [span for span in spans if line in span]
    return max(around, key=lambda span: (span.start, -span.stop), default=range(line, line + 1))
