"""Fill an environment with pip, and show how far it is. Standard library."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from sandbox import bundle, pip_environment
from tools.bar import Bar
from tools.machine import Problem

_UNPACK_SECONDS = 20.0  # pip says nothing while it unpacks
_FETCHED = 0.55  # the share of the time that pip fetches
# pip's line about a package that it turns to, with the lock's line in it.
_AT = re.compile(
    r"(?:Collecting|Requirement already satisfied:|Processing) (?:\S*[/\\])?([\w.-]+?)(?:[=<>]|-\d)"
    r".* line (\d+)"
)


def install(python: Path, lock: Path, checkout: Path | None = None) -> None:
    """Install the lock's packages by their hashes; index, proxy and certificates are pip's own.

    Args:
        checkout: the kit whose bundle brings them, where there is one; the lock's own folder if it
            is not said.

    Raises:
        Problem: told with what could not be fetched and the fix.
    """
    command = [
        str(python), "-m", "pip", "install", "--no-deps", "--require-hashes", "--no-compile",
        "--no-input", "--disable-pip-version-check", "--progress-bar", "off", "-r", str(lock),
    ]  # fmt: skip
    env = pips_environment(python)
    brought = bundle_of(checkout or lock.parent)
    if brought:
        print(f"Taking all packages from {brought.folder}", flush=True)
        command += ["--no-index", "--find-links", str(brought.wheels)]
    command += patience(env)
    total = lock.read_text(encoding="utf-8").count("\n")
    bar, said, name, unpacking = Bar("Installing packages"), [], "", 0.0
    with running(command, env) as (lines, process):
        for line in lines:
            said += [line] if line else []
            at = _AT.match(line)
            if at:
                name, fraction = at.group(1), _FETCHED * int(at.group(2)) / total
                bar.show(fraction, name)
            elif line.startswith("Installing collected packages"):
                unpacking = time.monotonic()
            elif unpacking:
                waited = time.monotonic() - unpacking
                bar.show(
                    _FETCHED + (1 - _FETCHED) * min(waited / _UNPACK_SECONDS, 0.98), "unpacking"
                )
            elif name:
                bar.show(fraction, name)
        code = process.wait()
    if code:
        bar.stop()
        raise Problem(pip_problem(said, name))
    bar.done()


def patience(env: Mapping[str, str]) -> list[str]:
    """pip's options where the user has set none: its own are 5 tries of 15 s, a minute offline."""
    options = []
    if not pip_environment.gives(env, "retries"):
        options += ["--retries", "2"]
    if not pip_environment.gives(env, "timeout", "default-timeout"):
        options += ["--timeout", "8"]
    return options


def bundle_of(checkout: Path) -> bundle.Bundle | None:
    """The bundle that the kit came with, or that KIT_BUNDLE names.

    Raises:
        Problem: it does not fit; told with the fix.
    """
    try:
        return bundle.find(checkout)
    except bundle.BundleError as error:
        raise Problem(str(error)) from None


def pips_environment(python: Path) -> dict[str, str]:
    """Where packages come from is the user's, all else the kit's.

    Raises:
        Problem: a pip.conf is damaged; told with the fix.
    """
    try:
        return pip_environment.environment(python)
    except pip_environment.PipSettingsError as error:
        raise Problem(str(error)) from None


def pip_problem(said: list[str], name: str) -> str:
    """pip's failure in a few lines: the package it was at, what it said, what to do."""
    text = "\n".join(said)
    at = re.findall(r"(?:No matching distribution found for|find a version that satisfies the "
                    r"requirement) (\S+?)[=<>\s]", text)  # fmt: skip
    what = at[-1] if at else name or "the first package"
    if re.search(r"Retrying|NewConnectionError|Max retries|Temporary failure|timed out", text):
        return (
            f"{what} could not be fetched: pip does not reach the package index.\n{tail(text)}\n"
            "fix: connect to the internet, or tell pip your index or proxy (pip config), "
            "and run this again"
        )
    wrong = re.search(r"DO NOT MATCH THE HASHES[^\n]*\n\s*(\S+)", text)
    if wrong:
        return (
            f"{wrong.group(1)} is not the file that requirements.lock names:\n{tail(text)}\n"
            "fix: ask whoever runs your package index; nothing was installed from that file"
        )
    if "No space left" in text:
        return f"no space left while installing {what}.\nfix: free some and run this again"
    return f"pip could not install {what}:\n{tail(text)}"


def install_kit(python: Path, checkout: Path) -> None:
    """The kit itself, editable: its folders are imported where they are."""
    bar = Bar("Installing the kit")
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--no-deps", "--no-build-isolation",
         "--no-compile", "--quiet", "--disable-pip-version-check", "-e", str(checkout)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env=pips_environment(python),
    )  # fmt: skip
    if done.returncode:
        bar.stop()
        fix = ""
        if not os.access(checkout, os.W_OK):
            fix = f"\nfix: {checkout} is read-only; copy it to a folder of yours and run it there"
        raise Problem(f"pip could not install the kit itself:\n{tail(done.stdout)}{fix}")
    bar.done()


def compile_all(python: Path, folder: Path) -> None:
    """Byte code now, on all cores, but for the thousands of AWS classes that nobody will load."""
    bar = Bar("Compiling packages")
    command = [
        str(python), "-m", "compileall", "-q", "-q", "-j", "0", "-x", r"[/\\]pulumi_aws[/\\]",
        str(folder),
    ]  # fmt: skip
    begun = time.monotonic()
    with running(command, os.environ) as (lines, _):
        for _line in lines:  # its exit code tells of templates that are not Python: of no interest
            bar.show(min((time.monotonic() - begun) / 15, 0.98), "")
    bar.done()


def tail(text: str) -> str:
    """The last lines of a command that failed, indented."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "\n".join(f"  {line[:300]}" for line in lines[-4:])


@contextlib.contextmanager
def running(
    command: list[str], env: Mapping[str, str]
) -> Iterator[tuple[Iterator[str], subprocess.Popen[str]]]:
    """A command that runs: its lines as they come, an empty one every half second of silence."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", env=dict(env),
    )  # fmt: skip
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert process.stdout
        for line in process.stdout:
            lines.put(line.rstrip())
        lines.put(None)

    def each() -> Iterator[str]:
        while True:
            try:
                line = lines.get(timeout=0.5)
            except queue.Empty:
                line = ""
            if line is None:
                return
            yield line

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield each(), process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join(timeout=5)
        if process.stdout and not reader.is_alive():
            process.stdout.close()
