"""A folder of the kit that cannot be used: read-only, or a network disk that knows no locks."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import NotReady
from sandbox.home import cannot_write

_NAMES = ("EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOLCK", "ENOSYS", "EOPNOTSUPP", "ESTALE")
REFUSED = frozenset(getattr(errno, name) for name in _NAMES if hasattr(errno, name))


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Inside, the disk's refusal to write or to lock is told with the way out.

    Raises:
        NotReady: it refused; the message names the folder and KIT_HOME.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        raise NotReady.of(cannot_write(home, error)) from None
