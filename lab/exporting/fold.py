"""What is left of an expression when later chapters, and their settings, are not there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from typing import Any

from lab.exporting.source import ABSENT, Cut, Known, Source, literal

# What a call comes to, given its function's name, the call, and what its arguments come to.
Calls = Callable[[str, ast.Call, list[Cut]], Cut | None]


EACH = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def _within(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that a node is made of; of what is none itself, those that it holds."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.expr):
            yield each
        else:
            yield from _within(each)


class Fold:
    """Cuts expressions of one file.

    Attributes:
        names: variables of which nothing is left, and what they come to.
        without: words that are gone: a row or an entry that names one goes along.
        settings: settings that are gone: they are off.
        plain: whether a function makes no resource, but only says how one is made.
    """

    def __init__(
        self,
        source: Source,
        calls: Calls = lambda *_: None,
        without: Collection[str] = (),
        settings: Collection[str] = (),
    ) -> None:
        self.source, self.calls = source, calls
        self.without, self.settings = without, settings
        self.names: dict[str, Known] = {}
        self.plain: Callable[[str], bool] = lambda _: False

    def expression(self, node: ast.expr) -> Cut:
        """Its text with less in it, or what it comes to when nothing of it is left."""
        kind: dict[type[ast.expr], Callable[[Any], Cut]] = {
            ast.Name: self._name,
            ast.Call: self._call,
            ast.Attribute: self._attribute,
            ast.Subscript: self._subscript,
            ast.Dict: self._dict,
            ast.List: self._list,
            ast.Tuple: self._list,
            ast.BinOp: self._sum,
            ast.BoolOp: self._either,
            ast.IfExp: self._choice,
            ast.Compare: self._compare,
            **dict.fromkeys(EACH, self._each),
            ast.JoinedStr: self.source.of,  # before Python 3.12, nobody knows places within
        }
        return kind.get(type(node), self._other)(node)

    def _name(self, node: ast.Name) -> Cut:
        return self.names.get(node.id) or node.id

    def _each(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Cut:
        """`[... for each in ...]`: of nothing, there is nothing."""
        if isinstance(self.expression(node.generators[0].iter), Known):
            return Known({} if isinstance(node, ast.DictComp) else [])
        return self._other(node)

    def _other(self, node: ast.expr) -> str:
        """Whatever it is: what it is made of, cut."""
        children = list(_within(node))
        parts = [(self.source.span(each), self.needed(each)) for each in children]
        return self.source.spliced(self.source.span(node), parts)

    def needed(self, node: ast.expr) -> str:
        """Its text, where a value has to stand."""
        return literal(self.expression(node))

    def _call(self, node: ast.Call) -> Cut:
        given = [*node.args, *(each.value for each in node.keywords)]
        cut = [self.expression(each) for each in given]
        if isinstance(node.func, ast.Name):
            decided = self.calls(node.func.id, node, cut)
            if decided is not None:
                return decided
            func: Cut = node.func.id
        else:
            func = self.expression(node.func)
        if isinstance(func, Known):
            return Known([])  # of an empty dict, its items
        spans = [self.source.span(each) for each in given]
        parts = [(self.source.span(node.func), func)]
        parts += [(span, literal(each)) for span, each in zip(spans, cut, strict=True)]
        return self.source.spliced(self.source.span(node), parts)

    def _attribute(self, node: ast.Attribute) -> Cut:
        base = self.expression(node.value)
        if isinstance(base, Known):
            return base
        return self.source.spliced(self.source.span(node), [(self.source.span(node.value), base)])

    def _subscript(self, node: ast.Subscript) -> Cut:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(node.value, ast.Name) and node.value.id == "chosen" and key in self.settings:
            return Known(False)
        if self.expression(node.value) == ABSENT:
            return ABSENT
        return self._other(node)

    def _dict(self, node: ast.Dict) -> Cut:
        items: list[tuple[tuple[int, int], str | None]] = []
        for key, value in zip(node.keys, node.values, strict=True):
            cut = self.expression(value)
            start, end = self.source.span(value)
            if key is None:
                place = (self.source.text.rindex("**", 0, start), end)
                gone = isinstance(cut, Known)
                text = f"**{cut}"
            else:
                first = self.source.span(key)
                place = (first[0], end)
                gone = cut == ABSENT or self._is_gone(key)
                text = self.source.text[first[0] : start] + literal(cut)
            items.append((place, None if gone else text))
        left = [text for _, text in items if text is not None]
        if items and not left:
            return Known({})
        if len(left) == 1 < len(items) and left[0].startswith("**"):
            return left[0][2:]  # nothing is added to it any more
        return self.source.listed(self.source.span(node), items) if items else "{}"

    def _is_gone(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Constant) and node.value in self.without

    def _list(self, node: ast.List | ast.Tuple) -> Cut:
        items = [(self.source.span(each), self._item(each)) for each in node.elts]
        if items and all(text is None for _, text in items):
            return Known([])
        return self.source.listed(self.source.span(node), items) if items else self.source.of(node)

    def _item(self, node: ast.expr) -> str | None:
        """An element's text; None when it goes."""
        if isinstance(node, ast.Tuple) and any(self._is_gone(each) for each in node.elts):
            return None
        if isinstance(node, ast.Starred):
            cut = self.expression(node.value)
            return None if isinstance(cut, Known) else f"*{cut}"
        cut = self.expression(node)
        return None if cut == ABSENT else literal(cut)

    def _sum(self, node: ast.BinOp) -> Cut:
        left, right = self.expression(node.left), self.expression(node.right)
        if isinstance(left, Known) or isinstance(right, Known):
            return right if isinstance(left, Known) else left
        parts = [(self.source.span(node.left), left), (self.source.span(node.right), right)]
        return self.source.spliced(self.source.span(node), parts)

    def _either(self, node: ast.BoolOp) -> Cut:
        left, right = node.values[0], node.values[-1]
        if len(node.values) > 2:
            return self._other(node)
        cut = self.expression(left), self.expression(right)
        decides = isinstance(node.op, ast.Or)  # `known or x` is x when it is falsy
        for one, other in (cut, cut[::-1]):
            if isinstance(one, Known):
                return other if bool(one.value) != decides else one
        return self._other(node)

    def _choice(self, node: ast.IfExp) -> Cut:
        test = self.expression(node.test)
        if isinstance(test, Known):
            return self.expression(node.body if test.value else node.orelse)
        return self._other(node)

    def _compare(self, node: ast.Compare) -> Cut:
        """What is off differs from all that it could be compared with."""
        if isinstance(self.expression(node.left), Known):
            return Known(isinstance(node.ops[0], ast.NotEq))
        return self._other(node)
