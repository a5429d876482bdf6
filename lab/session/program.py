"""The program that a notebook deploys: gateway/ up to a chapter, with the notebook's own cells.

A function that a cell defines takes the place of the function with the same name, in whichever
file of gateway/ it is, and so does a table such as FROZEN. For steps of later chapters, others stand in.
The modules themselves are not changed: the program runs from copies whose names are looked up in
one table made for one run.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any

import pulumi

from lab.deploy import explain
from lab.errors import ProgramError
from lab.session import standins

STRICT_TEXT = "PULUMI_ERROR_OUTPUT_STRING"  # the SDK's switch: a text made from an output raises
DEBUG = pulumi.log.debug


def own_names() -> dict[str, Any]:
    """The names that the cells of this notebook have defined; of a script, its own."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return dict(shell.user_ns if shell is not None else vars(sys.modules["__main__"]))


def names_of(modules: Iterable[ModuleType]) -> dict[str, Any]:
    """All names of a program's modules in one table: what they define, and what they import.

    What a module defines itself counts more than what another one imports by this name.
    """
    modules = list(modules)
    names: dict[str, Any] = {}
    for module in modules:
        names |= {name: value for name, value in vars(module).items() if name[:2] != "__"}
    for module in modules:
        names |= {name: value for name, value in vars(module).items() if _home(value, module)}
    return names


def _home(value: Any, module: ModuleType) -> bool:
    return getattr(value, "__module__", None) == module.__name__


def replaced(names: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """What of a program the cells define anew: functions made in a cell, tables that differ."""
    found: dict[str, Any] = {}
    for name, mine in own.items():
        theirs = names.get(name)
        if mine is theirs or name.startswith("_"):
            continue
        if isinstance(theirs, FunctionType) and isinstance(mine, FunctionType):
            # What a notebook imports of the lab, such as `graph`, is a tool and no step.
            if mine.__module__ != theirs.__module__ and not str(mine.__module__).startswith("lab."):
                found[name] = mine
        elif name.isupper() and type(mine) is type(theirs):
            found[name] = mine
    return found


def same(mine: Any, theirs: Any) -> bool:
    """Whether a cell's function or table is the module's own: a step that a lesson only shows."""
    if isinstance(mine, FunctionType) and isinstance(theirs, FunctionType):
        return _source(mine) == _source(theirs) is not None
    return bool(mine == theirs)


def _source(function: FunctionType) -> str | None:
    """A function's source, however it is laid out; None when Python does not know it."""
    try:
        return ast.dump(ast.parse(textwrap.dedent(inspect.getsource(function))))
    except (OSError, TypeError, SyntaxError):
        return None


def compose(
    program: Mapping[str, Any], own: Mapping[str, Any], leave_out: tuple[str, ...] = ()
) -> Callable[..., None]:
    """The program's `gateway` with the cells' functions in place and some steps left out.

    Args:
        program: its names, as `names_of` finds them.
        own: what the cells define anew, as `replaced` finds it.
        leave_out: steps of later chapters; each becomes what stands in for it.
    """
    names: dict[str, Any] = {"__builtins__": builtins, **program}
    home = program["gateway"].__module__.rpartition(".")[0]
    for name, value in program.items():
        if isinstance(value, FunctionType) and _ours(value, home, program):
            copy = FunctionType(value.__code__, names, name, value.__defaults__, value.__closure__)
            copy.__kwdefaults__ = value.__kwdefaults__
            names[name] = copy
    names.update(own)
    names.update({name: standins.stand_in(program[name]) for name in leave_out})
    names["export"] = lambda outputs: program["export"](standins.present(outputs))
    return names["gateway"]


def _ours(function: FunctionType, home: str, program: Mapping[str, Any]) -> bool:
    """Whether it is the program's own, and the one table has all that it may look up.

    A file of a part that is no step's, such as gateway/layer/, is imported and left as it is.
    """
    public = (name for name in function.__globals__ if name[:2] != "__")
    return function.__module__.startswith(f"{home}.") and all(name in program for name in public)


class Watched:
    """Runs a program for the engine and keeps what it raised, the learner's lines and all.

    The engine's own copy of the error is ten frames of the SDK, twice. It gets the short one.
    """

    def __init__(self, program: Callable[[], None]) -> None:
        self._program = program
        self.error: ProgramError | None = None

    def __call__(self) -> None:
        """Run the program; the engine calls this in a thread of its own."""
        self.error = None
        try:
            self._program()
        except Exception as error:  # noqa: BLE001  a learner's code may raise anything
            message, fix = explain.of_exception(error)
            self.error = ProgramError(message, fix)
            raise pulumi.RunError(message) from None


@contextmanager
def sdk_rules() -> Iterator[None]:
    """While a program runs: a text made from an output raises, and no debug lines are sent.

    By itself the SDK only warns of such a text. Its debug lines are a call to the engine each,
    a sixth of the time of an up that changes nothing, and nobody sees them.
    """
    before = os.environ.get(STRICT_TEXT)
    os.environ[STRICT_TEXT] = "true"
    pulumi.log.debug = _nothing
    try:
        yield
    finally:
        pulumi.log.debug = DEBUG
        if before is None:
            os.environ.pop(STRICT_TEXT, None)
        else:
            os.environ[STRICT_TEXT] = before


def _nothing(*_: object, **__: object) -> None:
    """Stands for a debug line."""
