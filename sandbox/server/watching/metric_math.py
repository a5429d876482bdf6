"""Metric math: the expressions over metrics that alarms and GetMetricData take.

A value is a number, or a list of numbers in the order of time, None where there is no data.
"""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

Series = list["float | None"]
Value = Any  # float, Series, or a list of Series

MARKS = {"&&": " and ", "||": " or ", "^": "**"}
WORDS = {"AND": "and", "OR": "or", "NOT": "not"}


class Wrong(ValueError):
    """An expression that cannot be evaluated; the text says why."""


def parse(expression: str) -> ast.expr:
    """The tree of an expression.

    Raises:
        Wrong: it is none, or has what the sandbox lacks.
    """
    text = expression
    for mark, plain in MARKS.items():
        text = text.replace(mark, plain)
    text = re.sub(r"\b(AND|OR|NOT)\b", lambda m: WORDS[m[0]], text)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise Wrong(f"Syntax error in expression: {expression}") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else "?"
            if name not in FUNCTIONS and name not in ("IF", "FILL", "METRICS"):
                raise Wrong(f"the sandbox does not know the function {name}")
        elif not isinstance(node, KNOWN):
            raise Wrong(f"Syntax error in expression: {expression}")
    return tree


def names(tree: ast.expr) -> set[str]:
    """The ids that an expression refers to."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return {name for name in found if name[:1].islower()}


def evaluate(tree: ast.expr, known: Mapping[str, Series], period: int) -> Series:
    """The values of an expression, one for each period of what it refers to.

    Args:
        known: the values of each metric and expression, by id; all of one length.
    """
    length = max((len(each) for each in known.values()), default=0)
    value = Evaluation(known, period).of(tree)
    if isinstance(value, list) and value and isinstance(value[0], list):
        raise Wrong("an expression has to give one time series")
    return value if isinstance(value, list) else [value] * length


class Evaluation:
    """One evaluation of a tree."""

    def __init__(self, known: Mapping[str, Series], period: int) -> None:
        self.known, self.period = known, period

    def of(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=bool() | int() | float() as number):
                return float(number)
            case ast.Name(id=name):
                if name not in self.known:
                    raise Wrong(f"there is no metric with the id {name}")
                return self.known[name]
            case ast.List(elts=parts):
                return [self.of(part) for part in parts]
            case ast.UnaryOp(op=op, operand=inner):
                return each(UNARY[type(op)], self.of(inner))
            case ast.BinOp(left=left, op=op, right=right):
                return each(BINARY[type(op)], self.of(left), self.of(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return each(BINARY[type(op)], self.of(left), self.of(right))
            case ast.BoolOp(op=op, values=[first, *others]):
                found = self.of(first)
                for other in others:
                    found = each(BINARY[type(op)], found, self.of(other))
                return found
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self.call(name, arguments)
        raise Wrong("Syntax error in expression")

    def call(self, name: str, arguments: list[ast.expr]) -> Value:
        if name == "METRICS":
            return list(self.known.values())
        if name == "FILL":
            return self.fill(arguments)
        values = [self.of(argument) for argument in arguments]
        if name == "PERIOD":
            return float(self.period)
        if name == "RATE":
            return each(lambda change: change / self.period, differences(values[0]))
        if name == "IF":
            last = values[2] if len(values) > 2 else None
            return each(lambda a, b, c: b if a else c, *values[:2], last, missing=choose)
        return FUNCTIONS[name](values[0])

    def fill(self, arguments: list[ast.expr]) -> Value:
        if len(arguments) != 2:
            raise Wrong("FILL takes a metric and what to fill it with")
        series, how = self.of(arguments[0]), arguments[1]
        if isinstance(how, ast.Name) and how.id in ("REPEAT", "LINEAR"):
            return repeated(series) if how.id == "REPEAT" else linear(series)
        return each(lambda old, new: old, series, self.of(how), missing=lambda old, new: new)


def nothing(*_: float | None) -> None:
    return None


def choose(condition: float | None, yes: float | None, no: float | None) -> float | None:
    """Which of two values a condition takes, when one of the three has no data."""
    if condition is None:
        return None
    return yes if condition else no


def each(
    what: Callable[..., float | None],
    *values: Value,
    missing: Callable[..., float | None] = nothing,
) -> Value:
    """A calculation for each period; where something has no data, `missing` says what is."""
    lists = [value for value in values if isinstance(value, list)]
    if not lists:
        return _one(what, missing, values)
    if lists[0] and isinstance(lists[0][0], list):
        return [each(what, part, *values[1:], missing=missing) for part in values[0]]
    length = max(len(found) for found in lists)
    rows = (
        tuple(value[n] if isinstance(value, list) else value for value in values)
        for n in range(length)
    )
    return [_one(what, missing, row) for row in rows]


def _one(what: Callable[..., Any], missing: Callable[..., Any], row: tuple[Any, ...]) -> Any:
    if any(value is None for value in row):
        return missing(*row)
    try:
        return what(*row)
    except (ArithmeticError, ValueError):
        return None  # a division by zero gives no data


def together(what: Callable[[list[float]], float]) -> Callable[[Value], Value]:
    """A function of all values of a series, or of those of several series at each time."""

    def of(value: Value) -> Value:
        if not isinstance(value, list):
            return value
        if value and isinstance(value[0], list):
            return [of(list(row)) for row in zip(*value, strict=False)]
        known = [number for number in value if number is not None]
        return what(known) if known else None

    return of


def mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def deviation(values: list[float]) -> float:
    middle = mean(values)
    return math.sqrt(mean([(value - middle) ** 2 for value in values]))


def differences(series: Series) -> Series:
    return [None, *each(lambda old, new: new - old, series[:-1], series[1:])] if series else []


def running(series: Series) -> Series:
    total, found = 0.0, []
    for value in series:
        total += value or 0.0
        found.append(total)
    return list(found)


def repeated(series: Series) -> Series:
    found: Series = []
    for value in series:
        found.append(value if value is not None or not found else found[-1])
    return found


def linear(series: Series) -> Series:
    """Gaps filled along the line between their neighbours; ends stay as they are."""
    found, known = list(series), [n for n, value in enumerate(series) if value is not None]
    for left, right in itertools.pairwise(known):
        low, high = series[left] or 0.0, series[right] or 0.0
        for n in range(left + 1, right):
            found[n] = low + (high - low) * (n - left) / (right - left)
    return found


def _mapped(what: Callable[[float], float]) -> Callable[[Value], Value]:
    return lambda value: each(what, value)


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "ABS": _mapped(abs),
    "AVG": together(mean),
    "CEIL": _mapped(math.ceil),
    "DATAPOINT_COUNT": together(lambda values: float(len(values))),
    "DIFF": differences,
    "EXP": _mapped(math.exp),
    "FIRST": lambda value: value[0] if value else None,
    "FLOOR": _mapped(math.floor),
    "LAST": lambda value: value[-1] if value else None,
    "LOG": _mapped(math.log),
    "LOG10": _mapped(math.log10),
    "MAX": together(max),
    "METRIC_COUNT": lambda value: float(len(value)) if value and _many(value) else 1.0,
    "MIN": together(min),
    "PERIOD": lambda value: value,
    "RATE": differences,
    "RUNNING_SUM": running,
    "STDDEV": together(deviation),
    "SUM": together(sum),
    "TIME_SERIES": lambda value: value,
}


def _many(value: Value) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


BINARY: dict[type, Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: float(a**b),
    ast.Lt: lambda a, b: float(a < b),
    ast.LtE: lambda a, b: float(a <= b),
    ast.Gt: lambda a, b: float(a > b),
    ast.GtE: lambda a, b: float(a >= b),
    ast.Eq: lambda a, b: float(a == b),
    ast.NotEq: lambda a, b: float(a != b),
    ast.And: lambda a, b: float(bool(a) and bool(b)),
    ast.Or: lambda a, b: float(bool(a) or bool(b)),
}
UNARY: dict[type, Callable[[float], float]] = {
    ast.USub: lambda a: -a,
    ast.UAdd: lambda a: a,
    ast.Not: lambda a: float(not a),
}
KNOWN = (
    ast.BinOp,
    ast.BoolOp,
    ast.Compare,
    ast.Constant,
    ast.List,
    ast.Load,
    ast.Name,
    ast.UnaryOp,
    *BINARY,
    *UNARY,
)
