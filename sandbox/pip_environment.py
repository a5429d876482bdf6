"""The environment in which the kit runs pip: where packages come from is the user's, all else ours.

A company's index, proxy and certificates stay, from variables and from pip.conf alike. What changes
where packages go, or whether they are installed at all, does not: PIP_USER, PIP_TARGET, PIP_DRY_RUN
and the like stop a set-up, or leave it empty without a word. Standard library.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

KEPT = frozenset(
    (
        "index-url",
        "extra-index-url",
        "no-index",
        "find-links",
        "trusted-host",
        "cert",
        "client-cert",
        "proxy",
        "timeout",
        "default-timeout",
        "retries",
        "cache-dir",
        "no-cache-dir",
        "keyring-provider",
        "use-feature",
        "use-deprecated",
    )
)
"""The settings of pip that say where packages come from, and how they are reached."""

# `pip config` has options of these names, too, and takes what a file says of them for its own.
_OWN = dict.fromkeys(("PIP_USER", "PIP_GLOBAL", "PIP_SITE", "PIP_QUIET"), "0")

# What leads Python to packages of others: pip would take them for installed.
_PYTHON = ("PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE")


class PipSettingsError(RuntimeError):
    """pip cannot read its own settings; the message has its words and the fix."""


def environment(python: str | Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for the pip of a Python.

    Args:
        environ: the user's; default this process's own.

    Raises:
        PipSettingsError: a pip.conf is damaged.
    """
    environ = os.environ if environ is None else environ
    kept = {name: value for name, value in environ.items() if _stays(name)}
    kept["PYTHONNOUSERSITE"] = "1"
    named = environ.get("PIP_CONFIG_FILE")
    files = _files(python, {**kept, **({"PIP_CONFIG_FILE": named} if named else {})})
    # With the null device pip reads no file at all.
    return {**files, **kept, "PIP_CONFIG_FILE": os.devnull}


def gives(env: Mapping[str, str], *settings: str) -> bool:
    """Whether an environment sets one of these settings of pip: gives(env, "timeout")."""
    return any(env.get(_variable(setting)) for setting in settings)


def _stays(name: str) -> bool:
    name = name.upper()
    if name in _PYTHON:
        return False
    return not name.startswith("PIP_") or name[4:].lower().replace("_", "-") in KEPT


def _variable(setting: str) -> str:
    return f"PIP_{setting.upper().replace('-', '_')}"


def _files(python: str | Path, env: Mapping[str, str]) -> dict[str, str]:
    """The settings of pip's files that stay, as variables; those for `install` before the others."""
    done = subprocess.run(
        [str(python), "-m", "pip", "--disable-pip-version-check", "config", "list"],
        env={**env, **_OWN}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        said = " ".join(line.strip() for line in lines[-3:])
        raise PipSettingsError(
            f"pip cannot read its settings: {said}\nfix: correct the file; `pip config debug` "
            "names those that it reads"
        )
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}}
    listed = re.findall(r"^(global|install)\.([\w-]+)=(.+)$", done.stdout, re.MULTILINE)
    for section, setting, value in listed:
        if setting in KEPT:
            found[section][_variable(setting)] = str(ast.literal_eval(value)).strip()
    return {**found["global"], **found["install"]}
