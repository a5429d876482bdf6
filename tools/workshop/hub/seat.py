"""What the hub starts for a learner, as that learner: limits, pages of their own, a notebook server.

python -m tools.workshop.hub.seat [arguments of the notebook server]

Without a hub, as in a container that somebody runs alone, that is JupyterLab itself.
"""

from __future__ import annotations

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from lab import copies

# Of one user, or one process, whatever the spawner: a loop that starts processes, or fills memory or
# disk, must not disturb the others. The hub's variables say how much.
LIMITS = {
    "KIT_SEAT_PROCESSES": (resource.RLIMIT_NPROC, 400),
    "KIT_SEAT_MEMORY": (resource.RLIMIT_DATA, 3 * 1024**3),
    "KIT_SEAT_FILE": (resource.RLIMIT_FSIZE, 2 * 1024**3),
}

# Memory that processes would hold and not use: a heap for each few threads, and what the CLI's
# collector lets lie: the C library's variable, and Go's. The sandbox's own has a function that starts
# end another's that is idle: two stacks have a model each. The hub's may say otherwise.
THRIFT = {"MALLOC_ARENA_MAX": "2", "GOGC": "25", "KIT_SEAT": "1"}

FOLDERS = {"KIT_HOME": ".kit", "KIT_COURSE": "course"}  # below a learner's home


def main(arguments: list[str]) -> None:
    """Become the notebook server."""
    os.umask(0o077)
    for name, (kind, usual) in LIMITS.items():
        limit(kind, int(os.environ.get(name) or usual))
    for name, value in THRIFT.items():
        os.environ.setdefault(name, value)
    for name, folder in FOLDERS.items():  # which a hub of another make has not said
        os.environ[name] = os.environ.get(name) or str(Path.home() / folder)
    course = Path(os.environ["KIT_COURSE"])
    course.mkdir(parents=True, exist_ok=True)
    for behind in copies.make():
        print(f"{behind}: there is a newer page than this learner's copy", file=sys.stderr)
    first = f"/lab/tree/{copies.WORK}/{copies.FIRST}.ipynb"
    os.environ["JUPYTERHUB_DEFAULT_URL"] = os.environ.get("JUPYTERHUB_DEFAULT_URL") or first
    os.chdir(course)
    os.execv(sys.executable, [sys.executable, "-m", *server(arguments, course)])


def server(arguments: list[str], course: Path) -> list[str]:
    """The module of the notebook server, and its arguments."""
    if "JUPYTERHUB_SERVICE_URL" in os.environ:
        return ["tools.workshop.hub.singleuser", *arguments]
    from tools.jobs import lab_arguments  # a hub's learners need none of it as they start

    page = os.environ["JUPYTERHUB_DEFAULT_URL"]
    own = ["--no-browser", f"--ServerApp.root_dir={course}", f"--LabApp.default_url={page}"]
    return ["jupyterlab", *lab_arguments([*arguments, *own], copies.FIRST), *arguments, *own]


def limit(kind: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    _, hard = resource.getrlimit(kind)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    main(sys.argv[1:])
