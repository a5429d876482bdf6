"""What is left of a function: its statements cut one by one, and the arguments that nobody reads."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lab.errors import LabError
from lab.exporting.fold import Fold
from lab.exporting.source import ABSENT, Cut, Known, Source, Span

Function = ast.FunctionDef
WIDTH = 76  # of a line of gateway/, as its ruff.toml has it


@dataclass(frozen=True)
class Left:
    """What is left of a function.

    Attributes:
        text: all of it; "" when nothing is left.
        gives: what it comes to, when nothing else is left of it.
        gone: places of the arguments that it takes no more.
    """

    text: str
    gives: Known | None
    gone: frozenset[int]


class Block:
    """Cuts statements of one function, in their order."""

    def __init__(self, fold: Fold) -> None:
        self.fold, self.source = fold, fold.source
        self.gives: Known | None = None

    def statements(self, body: Sequence[ast.stmt]) -> list[tuple[Span, str | None]]:
        """Each statement's place and what is left of it: None is nothing."""
        return [(self.source.span(each), self._statement(each)) for each in body]

    def _statement(self, node: ast.stmt) -> str | None:
        kind: dict[type[ast.stmt], Callable[[Any], str | None]] = {
            ast.Assign: self._assign,
            ast.AnnAssign: self._assign,
            ast.AugAssign: self._add,
            ast.Expr: self._call,
            ast.Return: self._return,
            ast.For: self._for,
            ast.If: self._if,
            ast.Raise: self._as_it_is,
            ast.With: self._untouched,
        }
        if type(node) not in kind:
            raise LabError(f"{type(node).__name__} in line {node.lineno} cannot be cut.")
        return kind[type(node)](node)

    def _as_it_is(self, node: ast.stmt) -> str:
        return self.source.of(node)

    def _untouched(self, node: ast.With) -> str:
        """A block of which nothing goes; it would be cut in vain."""
        named = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
        if gone := named & set(self.fold.names):
            raise LabError(f"{', '.join(sorted(gone))} in line {node.lineno} cannot be cut.")
        return self._as_it_is(node)

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> str | None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        assert node.value is not None
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            return self._several(target, node.value)
        cut = self.fold.expression(node.value)
        if isinstance(cut, Known) and isinstance(target, ast.Name):
            self.fold.names[target.id] = cut
            return None
        if isinstance(target, ast.Name) and cut == target.id:
            return None  # nothing is added to it any more
        return self._with(node, node.value, cut)

    def _several(self, target: ast.Tuple, value: ast.Tuple) -> str | None:
        """`a, b = c, d`, of which some are gone."""
        names = [self.source.of(each) for each in target.elts]
        cuts = [self.fold.expression(each) for each in value.elts]
        pairs = list(zip(names, cuts, strict=True))
        self.fold.names |= {name: cut for name, cut in pairs if isinstance(cut, Known)}
        left = [(name, cut) for name, cut in pairs if isinstance(cut, str) and cut != name]
        if not left:
            return None
        if len(left) == 1:
            return f"{left[0][0]} = {left[0][1]}"
        return f"{', '.join(name for name, _ in left)} = {', '.join(cut for _, cut in left)}"

    def _with(self, node: ast.stmt, value: ast.expr, cut: Cut) -> str:
        """The statement with another value."""
        text = cut if isinstance(cut, str) else repr(cut.value)
        return self.source.spliced(self.source.span(node), [(self.source.span(value), text)])

    def _add(self, node: ast.AugAssign) -> str | None:
        cut = self.fold.expression(node.value)
        return None if isinstance(cut, Known) else self._with(node, node.value, cut)

    def _call(self, node: ast.Expr) -> str | None:
        if isinstance(node.value, ast.Constant):
            return self.source.of(node)  # the docstring
        cut = self.fold.expression(node.value)
        return None if isinstance(cut, Known) else cut

    def _return(self, node: ast.Return) -> str | None:
        if node.value is None:
            return self.source.of(node)
        cut = self.fold.expression(node.value)
        if isinstance(cut, Known):
            self.gives = cut
        return self._with(node, node.value, cut)

    def _for(self, node: ast.For) -> str | None:
        over = self.fold.expression(node.iter)
        return None if isinstance(over, Known) else self._around(node, node.iter, over)

    def _if(self, node: ast.If) -> str | None:
        test = self.fold.expression(node.test)
        if isinstance(test, Known):
            return None if not test.value else self._as_it_is(node)
        return self._around(node, node.test, test)

    def _around(self, node: ast.For | ast.If, head: ast.expr, cut: str) -> str | None:
        """A statement with another head, around what is left of its body."""
        inside = self.statements(node.body)
        if all(text is None for _, text in inside):
            return None
        body = (inside[0][0][0], inside[-1][0][1])
        return self.source.spliced(
            self.source.span(node),
            [(self.source.span(head), cut), (body, self._joined(body, inside))],
        )

    def _joined(self, span: Span, parts: list[tuple[Span, str | None]]) -> str:
        """Statements one below the other; what goes takes along what stands before it."""
        told, end = "", span[0]
        for (start, stop), text in parts:
            if text is not None:
                gap = self.source.text[end:start]
                told += (gap if told else "") + text
            end = stop
        return told

    def body(self, node: Function) -> str:
        """All that is left of a function's body."""
        parts = self.statements(node.body)
        span = (parts[0][0][0], parts[-1][0][1])
        while True:
            text = self._joined(span, parts)
            column = node.body[0].col_offset
            read = names_among(inside(text, column)) if text else set()
            left = [
                (place, None if told is None else self._read(told, read, column))
                for place, told in parts
            ]
            if left == parts:
                return text
            parts = left

    def _read(self, statement: str, read: set[str], column: int) -> str | None:
        """A statement; without the name that it gives a value, when nobody reads it any more."""
        (node,) = inside(statement, column)
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            return statement
        if node.targets[0].id in read:
            return statement
        calls = [each.func for each in ast.walk(node.value) if isinstance(each, ast.Call)]
        if all(isinstance(each, ast.Name) and self.fold.plain(each.id) for each in calls):
            return None  # it makes nothing
        return statement.partition(" = ")[2]


def cut_function(node: Function, fold: Fold, given: Sequence[Cut] = ()) -> Left:
    """What is left of a function that is called with this.

    Args:
        given: what each of its arguments comes to, by place; none: they stay.
    """
    source, places = fold.source, node.args.args
    fold.names |= {
        place.arg: cut for place, cut in zip(places, given, strict=False) if isinstance(cut, Known)
    }
    block = Block(fold)
    body = block.body(node)
    left = inside(body, node.body[0].col_offset) if body else []
    used = names_among(left)
    gone = frozenset(index for index, place in enumerate(places) if given and place.arg not in used)
    if _nothing(left):
        return Left("", block.gives or ABSENT, gone)
    head = _head(source, node, gone)
    return Left(head + body, None, gone)


def _head(source: Source, node: Function, gone: frozenset[int]) -> str:
    """`def name(...) -> ...:` without some of its arguments, up to the body."""
    start, inside = source.span(node)[0], source.span(node.body[0])[0]
    if not gone:
        return source.text[start:inside]
    places = enumerate(node.args.args)
    left = [source.of(place) for index, place in places if index not in gone]
    gives = f" -> {source.of(node.returns)}:" if node.returns else ":"
    line = f"def {node.name}({', '.join(left)}){gives}"
    if len(line) > WIDTH:
        line = "\n    ".join([f"def {node.name}(", *(f"{each}," for each in left)])
        line += f"\n){gives}"
    return f"{line}\n    "


def _nothing(body: Sequence[ast.stmt]) -> bool:
    """Whether it has no statement but its docstring, and what it gives comes to nothing."""
    left = [
        each
        for each in body
        if not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
    if len(left) == 1 and isinstance(left[0], ast.Return) and left[0].value is not None:
        return ast.unparse(left[0].value) in ("[]", "{}", "None")
    return not left


def inside(text: str, column: int) -> list[ast.stmt]:
    """The statements of a function's body, whose first one stands in this column."""
    (frame,) = ast.parse("if 1:\n" + " " * column + text).body
    assert isinstance(frame, ast.If)
    return frame.body


def names_in(tree: ast.AST) -> set[str]:
    """The names that it reads."""
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def names_among(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that statements read."""
    return set().union(*(names_in(each) for each in statements))
