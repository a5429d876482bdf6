"""Warns when a cell makes a resource outside a program, where it would silently not exist.

Pulumi's SDK accepts `aws.iam.Role(…)` at the top of a cell and does nothing with it. Only the
engine makes resources, and only those that the program it runs declares.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import get_root_resource
from pulumi.runtime.settings import get_monitor

from lab.deploy.rows import spoken
from lab.errors import LabError

FIX = "put it into a step (a function of gateway/, or of that name in a cell) and run up()"


class OutsideProgram(UserWarning):
    """A resource was made where no engine listens: it does not exist and never will."""


def watch() -> None:
    """Watch for resources and exports outside a program. Safe to call twice."""
    if getattr(pulumi.Resource.__init__, "_kit", False):
        return
    warnings.simplefilter("always", OutsideProgram)
    pulumi.Resource.__init__ = _resource(pulumi.Resource.__init__)  # type: ignore[method-assign]
    pulumi.export = _export(pulumi.export)  # type: ignore[assignment]


def running() -> bool:
    """Whether a program runs in this thread: an engine, or a test's mocks, takes resources."""
    return get_monitor() is not None


def _resource(original: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(original)
    def init(self: pulumi.Resource, kind: str, name: str, *args: Any, **kwargs: Any) -> None:
        if not running():
            warnings.warn(
                f'{spoken(kind)} "{name}" was made outside a program: it does not exist. '
                f"To make it, {FIX}.",
                OutsideProgram,
                stacklevel=_depth(),
            )
        original(self, kind, name, *args, **kwargs)

    init._kit = True  # type: ignore[attr-defined]
    return init


def _export(original: Callable[[str, Any], None]) -> Callable[[str, Any], None]:
    @functools.wraps(original)
    def export(name: str, value: Any) -> None:
        if get_root_resource() is None:
            raise LabError(
                f'pulumi.export("{name}", …) was called outside a program: nothing is exported.',
                f"To export it, {FIX}.",
            )
        original(name, value)

    return export


def _depth() -> int:
    """How far up the stack the learner's own line is: the first frame that is no library's."""
    depth, frame = 1, sys._getframe(1)
    libraries = (str(Path(pulumi.__file__).parents[1]), str(Path(__file__).parents[1]))
    while frame.f_back is not None and frame.f_code.co_filename.startswith(libraries):
        depth, frame = depth + 1, frame.f_back
    return depth
