"""program.py up to a chapter: which steps are called, and what is handed to them instead."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from lab.exporting.blocks import Function, cut_function
from lab.exporting.fold import Calls, Fold
from lab.exporting.source import ABSENT, Cut, Known, Source, literal
from lab.session import standins


class Program:
    """The functions of files that put steps together, cut from the outermost to the innermost.

    Each is called from one place, so what is not there in a call is not there in the function.

    Attributes:
        left: what is left of each function that is still called, by its name.
        by_hand: names of functions that stand in for steps and are needed here.
    """

    def __init__(
        self, sources: Collection[Source], later: Mapping[str, str], gives: Mapping[str, str]
    ) -> None:
        """Of these files, without the steps `later`; what functions give, by their annotations."""
        self.later = later
        self.homes: dict[str, tuple[Source, Function]] = {
            node.name: (source, node)
            for source in sources
            for node in source.tree.body
            if isinstance(node, ast.FunctionDef) and node.name not in later
        }
        self.gives = gives
        self.left: dict[str, str] = {}
        self.by_hand: set[str] = set()
        self._function("gateway", [])

    def _function(self, name: str, given: list[Cut]) -> tuple[Known | None, frozenset[int]]:
        source, node = self.homes[name]
        fold = Fold(source, self._called(source))
        fold.plain = self.plain
        left = cut_function(node, fold, given)
        if left.text or name == "gateway":
            self.left[name] = left.text
        return left.gives, left.gone

    def plain(self, name: str) -> bool:
        """Whether a function only says how a resource is made."""
        return self.gives.get(name) == "Arguments"

    def _called(self, source: Source) -> Calls:
        def decide(name: str, node: ast.Call, cut: list[Cut]) -> Cut | None:
            if name in self.later:
                return self._instead(name, cut)
            if name not in self.homes or name == "export" or node.keywords:
                return None
            gives, gone = self._function(name, cut)
            if gives is not None:
                return gives
            places = [
                (source.span(place), None if index in gone else literal(text))
                for index, (place, text) in enumerate(zip(node.args, cut, strict=True))
            ]
            if len(gone) == len(places):
                return f"{name}()"
            return source.listed(source.span(node), places)

        return decide

    def _instead(self, step: str, cut: list[Cut]) -> Cut:
        """What stands where a step's result would be: the lab's own choice, as text."""
        if step == "access":
            return repr(standins.EVERYONE).replace("'", '"')
        if step == "encrypted_only":
            self.by_hand.add(standins.allow_everyone.__name__)
            return f"{standins.allow_everyone.__name__}({literal(cut[1])})"
        first = self.later[step].partition("[")[0]
        return Known(standins.KINDS[first]()) if first in standins.KINDS else ABSENT
