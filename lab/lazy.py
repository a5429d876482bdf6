"""Names that are loaded when they are first used: to import the module that hands them out is quick."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any


class Names:
    """The names that a module hands out, and the modules that they come from.

    >>> _names = Names(__name__, {"up": "lab.session.session"})
    >>> __all__, __getattr__, __dir__ = _names.all, _names.load, _names.listed

    Args:
        module: which hands them out.
        homes: where each name is defined.
    """

    def __init__(self, module: str, homes: Mapping[str, str]) -> None:
        self._module, self._homes = module, homes
        self.all = list(homes)

    def load(self, name: str) -> Any:
        """What is called so; the module has it as its own from now on.

        Raises:
            AttributeError: the module hands out no such name.
        """
        if name not in self._homes:
            known = ", ".join(self._homes)
            raise AttributeError(f"{self._module} has no {name!r}; it has {known}")
        value = getattr(import_module(self._homes[name]), name)
        vars(sys.modules[self._module])[name] = value
        return value

    def listed(self) -> list[str]:
        """All names of the module, those that are not loaded yet among them."""
        return sorted({*vars(sys.modules[self._module]), *self._homes})
