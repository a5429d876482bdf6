"""Two settings of one prompt, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.cost.state import Assumptions, Estimate
from lab.prompt.state import Exchange

KINDS: Mapping[str, type] = {"max_tokens": int, "temperature": float, "seed": int}
PAIR = re.compile(r"\s*(\w+)\s*=\s*(\S+)\s*")

Setting = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A setting, and the exchange that has it; None before it is sent."""

    setting: Setting
    exchange: Exchange | None = None

    @property
    def name(self) -> str:
        """The setting as it is written: `temperature=0, max_tokens=16`."""
        return said(self.setting)

    @property
    def dollars(self) -> float | None:
        """What this answer costs on AWS, with the model in a function; None where none was written."""
        if self.exchange is None or self.exchange.reply is None or not self.exchange.reply.usage:
            return None
        given = Assumptions(prompts_per_hour=1, function_seconds=self.exchange.seconds)
        return Estimate(given).hour("function")


@dataclass(frozen=True)
class Pair:
    """One prompt, asked twice: the second time when the first is over, so that neither waits."""

    prompt: str
    columns: tuple[Column, Column]

    @property
    def state(self) -> str:
        """`idle`, `running`, and at the end the worse of both."""
        states = [one.exchange.state if one.exchange else "idle" for one in self.columns]
        for state in ("failed", "stopped"):
            if state in states:
                return state
        first, second = states
        return first if first == second else "running"

    def with_exchange(self, place: int, exchange: Exchange) -> Pair:
        """The same with this exchange in its column."""
        columns = list(self.columns)
        columns[place] = replace(columns[place], exchange=exchange)
        return replace(self, columns=(columns[0], columns[1]))


def said(setting: Setting) -> str:
    """A setting as it is shown."""
    return written(setting) or "as it is"


def written(setting: Setting) -> str:
    """A setting as text that `read` reads; "" for none."""
    return ", ".join(f"{name}={value!r}" for name, value in setting.items())


def read(text: str) -> dict[str, Any]:
    """A setting from text such as `temperature=0, max_tokens=16`; empty: as it is.

    Raises:
        ValueError: it is none; the message says what can be set.
    """
    found: dict[str, Any] = {}
    for part in filter(str.strip, text.split(",")):
        pair = PAIR.fullmatch(part)
        if pair is None or pair[1] not in KINDS:
            raise ValueError(f"{part.strip()!r} is no setting: there are {', '.join(KINDS)}")
        found[pair[1]] = _value(pair[1], pair[2])
    return found


def _value(name: str, text: str) -> Any:
    try:
        return KINDS[name](text)
    except ValueError:
        what = "a whole number" if KINDS[name] is int else "a number"
        raise ValueError(f"{name} is {what}, not {text!r}") from None
