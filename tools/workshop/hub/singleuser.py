"""JupyterHub's notebook server, without what only the hub itself uses: its database and its pages.

JupyterHub imports all of these for a class and a few functions: 20 of a server's 110 MB, and a third of a
second of each start. What is put off here is loaded when somebody looks inside.

python -m tools.workshop.hub.singleuser [arguments of jupyterhub-singleuser]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType

LATE = ("jupyterhub.orm", "jupyterhub.roles")
PAGES = "jupyterhub.handlers"


class HealthCheckHandler:
    """In place of a page that only the hub has: its log leaves out who asks for it."""


def install() -> None:
    """Put off what is not needed; to be called before anything of JupyterHub's is imported."""
    for name in LATE:
        put_off(name)
    with without_pages():
        import_module("jupyterhub.log")


def put_off(name: str) -> None:
    """Import a module now, and run it when somebody first looks inside.

    Raises:
        ModuleNotFoundError: there is none.
    """
    parent, _, child = name.rpartition(".")
    package, spec = import_module(parent), find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(
            f"JupyterHub has no {name}: it is not the version of requirements.lock"
        )
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    setattr(package, child, module)


@contextmanager
def without_pages() -> Iterator[None]:
    """While this is open, the hub's pages are one empty class."""
    package, pages = ModuleType(PAGES), ModuleType(f"{PAGES}.pages")
    package.__path__ = []
    pages.HealthCheckHandler = HealthCheckHandler  # type: ignore[attr-defined]
    sys.modules |= {PAGES: package, pages.__name__: pages}
    try:
        yield
    finally:
        del sys.modules[PAGES], sys.modules[pages.__name__]


def main() -> None:
    """Become the notebook server."""
    install()
    import_module("jupyterhub.singleuser").main()


if __name__ == "__main__":
    main()
