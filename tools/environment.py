"""The kit's own Python environment: made, filled from requirements.lock, known by a stamp.

Standard library: this runs in a Python that has nothing of the kit.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tools import packages
from tools.bar import Bar
from tools.machine import Problem, unwritable

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
STAMP = "kit-stamp.json"


@dataclass(frozen=True)
class Environment:
    """A place for packages.

    Attributes:
        folder: a virtual environment's or conda environment's folder.
        conda: it is a conda environment; the kit fills it and never makes or removes it.
    """

    folder: Path
    conda: bool = False

    @property
    def scripts(self) -> Path:
        """The folder of its commands."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        if os.name == "nt":
            return (self.folder if self.conda else self.scripts) / "python.exe"
        return self.scripts / "python"

    @property
    def stamp(self) -> Path:
        """What was installed, written when all of it was."""
        return self.folder / STAMP


def choose(environ: dict[str, str], conda_name: str) -> Environment:
    """The environment to use: KIT_VENV, else an active conda one of the kit's name, else .venv.

    Another active environment is left alone: the kit's pins could break what is in it.
    """
    if environ.get("KIT_VENV"):
        return Environment(Path(environ["KIT_VENV"]).expanduser().absolute())
    if environ.get("CONDA_PREFIX") and environ.get("CONDA_DEFAULT_ENV") == conda_name:
        return Environment(Path(environ["CONDA_PREFIX"]), conda=True)
    return Environment(ROOT / ".venv")


def conda_name() -> str:
    """The name in environment.yml."""
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    found = re.search(r"^name: *(\S+)", text, re.MULTILINE)
    assert found, "environment.yml has no name"
    return found.group(1)


def is_ready(env: Environment) -> bool:
    """Whether all packages of today's lock are in it, for today's Python and this checkout."""
    try:
        stamp = json.loads(env.stamp.read_text(encoding="utf-8"))
        return bool(stamp == _wanted(_python_version(env)))
    except (OSError, ValueError):
        return False


def make_ready(env: Environment) -> None:
    """Make it and install all packages; quick when they are there.

    Raises:
        Problem: no venv module, no network, a folder that cannot be written, or pip failed; told
            with the fix.
    """
    try:
        env.stamp.unlink(missing_ok=True)
        if env.folder.exists():
            tempfile.TemporaryFile(dir=env.folder).close()
    except OSError as error:
        raise unwritable(env.folder, error) from error
    version = _python_version(env)
    old = version and tuple(map(int, version.split("."))) < (3, 10)
    if env.conda:
        if old or not version:
            raise Problem(
                f"the conda environment has Python {version or 'missing'}.\n"
                "fix: conda env update -f environment.yml --prune"
            )
    elif old or not version:
        make(env)
    begun = time.monotonic()
    packages.install(env.python, LOCK)
    packages.install_kit(env.python, ROOT)
    if not env.conda:  # that one has packages of others
        packages.compile_all(env.python, env.folder / ("Lib" if os.name == "nt" else "lib"))
    teach_kernels(env)
    env.stamp.write_text(json.dumps(_wanted(_python_version(env))), encoding="utf-8")
    print(f"Packages are in {env.folder}, set up in {time.monotonic() - begun:.0f} s", flush=True)


def works(env: Environment) -> bool:
    """Whether packages can be installed into it: it was made, and to its end."""
    return _python_version(env) is not None


def teach_kernels(env: Environment) -> None:
    """Have each kernel of this environment say what to run when a page lost its names."""
    config = env.folder / "etc" / "ipython" / "ipython_kernel_config.py"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(
        "# Written by the kit's set-up: after a restart, a page says what to run.\n"
        'c.InteractiveShellApp.extensions.append("lab.restarted")\n',
        encoding="utf-8",
    )


def _wanted(version: str | None) -> dict[str, str | None]:
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return {"packages": digest.hexdigest(), "python": version, "checkout": str(ROOT)}


def _python_version(env: Environment) -> str | None:
    """ "3.12" of its Python; None when it does not work: never made, half made, or its base is gone."""
    code = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([env.python, "-c", code], text=True, timeout=60).strip()
    except (OSError, subprocess.SubprocessError):
        return None


def make(env: Environment) -> None:
    """Make a virtual environment without packages, in place of one that does not work.

    Raises:
        Problem: with the fix.
    """
    if env.folder.exists():
        if not (env.folder / "pyvenv.cfg").is_file() and any(env.folder.iterdir()):
            raise Problem(f"{env.folder} is not a Python environment.\nfix: move it away")
        try:
            shutil.rmtree(env.folder)
        except OSError as error:
            raise unwritable(env.folder, error) from error
    bar = Bar(f"Making {env.folder.name}")
    own = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-m", "venv", str(env.folder)], env=own,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        bar.stop()
        shutil.rmtree(env.folder, ignore_errors=True)
        version = ".".join(map(str, sys.version_info[:2]))
        raise Problem(
            f"{sys.executable} cannot make a virtual environment:\n{packages.tail(done.stdout)}\n"
            f"fix: on Debian or Ubuntu, sudo apt-get install python{version}-venv"
        )
    bar.done()
