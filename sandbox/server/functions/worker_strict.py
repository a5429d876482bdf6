"""Runs inside a Lambda environment of a strict sandbox: what Lambda does not have is not there.

A function finds the standard library, its code, its layers and what AWS's own runtime brings, and
no other package of this machine; only Lambda's variables; and it ends when it takes more memory than
it may. worker_main runs this file by its path: it may import only the standard library.
"""

import os
import signal
import sys
import sysconfig
import threading
import time
from contextlib import suppress
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder
from pathlib import Path

# What is in AWS's runtime for Python, beside Python itself.
RUNTIME = (
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "six",
    "snapshot_restore_py",
    "urllib3",
)
# Variables that a function finds on Lambda, and those that this machine cannot do without.
KEPT = ("AWS_", "LAMBDA_", "_")
ALSO_KEPT = ("LANG", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "TZ")
LOOK = 0.02  # seconds between two looks at the memory
MEGABYTE = 2**20


class OwnRuntime:
    """Finds what AWS's runtime brings, where this machine's Python has its packages."""

    def __init__(self, places):
        self.places = places

    def find_spec(self, name, path=None, target=None):
        known = path is None and name in RUNTIME
        return PathFinder.find_spec(name, self.places, target) if known else None


def isolate():
    """Have imports find the standard library and AWS's runtime, and nothing else."""
    paths = sysconfig.get_paths()
    packages = {os.path.realpath(paths[name]) for name in ("purelib", "platlib")}
    library = [os.path.realpath(paths[name]) for name in ("stdlib", "platstdlib")]
    sys.path[:] = [path for path in sys.path if is_library(os.path.realpath(path), library)]
    # Editable installs and the like bring finders of their own.
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter, PathFinder, OwnRuntime(sorted(packages))]
    sys.path_importer_cache.clear()


def is_library(path, library):
    """Whether a place is one of the standard library, or in it; packages that are installed are not."""
    if "site-packages" in path or "dist-packages" in path:
        return False
    return path.endswith(".zip") or any(
        path == place or path.startswith(place + os.sep) for place in library
    )


def forget(own):
    """Remove this machine's variables; `own` are the function's."""
    for name in list(os.environ):
        if not (name.startswith(KEPT) or name in ALSO_KEPT or name in own):
            del os.environ[name]


def watch(megabytes, processes):
    """End this environment when processes take more memory than it has, where that can be read."""
    places = [Path(f"/proc/{process}/statm") for process in processes]

    def look():
        page = os.sysconf("SC_PAGE_SIZE")
        with suppress(OSError, IndexError):  # one has ended
            while True:
                pages = sum(int(place.read_text("ascii").split()[1]) for place in places)
                if pages * page > int(megabytes) * MEGABYTE:
                    os.kill(os.getpid(), signal.SIGKILL)
                time.sleep(LOOK)

    if all(place.exists() for place in places):
        threading.Thread(target=look, daemon=True, name="memory").start()


def close(init):
    """Make this environment as narrow as Lambda's."""
    isolate()
    forget(init.get("env", {}))
    watch(init.get("memory", 128), [os.getpid()])
