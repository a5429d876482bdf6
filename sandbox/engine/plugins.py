"""What the CLI needs beside it: a language host for `pulumi up`, a provider for the aws target."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from sandbox.engine.cli import EXE, Cli, EngineError, tilde, without_pulumi
from sandbox.engine.download import save
from sandbox.engine.progress import Progress
from sandbox.engine.running import PATIENCE, Command, within

AWS_VERSION = "7.51.1"
"""The official provider's version, the same as pulumi-aws in pyproject.toml."""

_HOST = Path(__file__).parent.parent / "language_host.py"
_SERVER = "https://get.pulumi.com/releases/plugins"
_MB = 1024**2
_AWS_SPACE = 1500 * _MB  # bytes: the archive and the one binary in it
_USUAL_SECONDS = 10.0


def ensure_language_host(cli: Cli, home: Path) -> Path:
    """The folder that holds `pulumi-language-python`; put it on PATH for `pulumi up` in a folder.

    The official host lies beside a CLI that was downloaded. Beside one that was built there is
    none, and <home>/bin gets a launcher of the kit's own. A link to the CLI goes beside it: the
    engine takes a host beside itself in silence and warns about one that it finds on PATH.
    """
    beside = cli.path.resolve().parent
    bin_folder = home / "bin"
    launcher = bin_folder / f"pulumi-language-python{'.cmd' if sys.platform == 'win32' else ''}"
    if (beside / f"pulumi-language-python{EXE}").is_file():
        launcher.unlink(missing_ok=True)  # the engine would prefer PATH, and warn about it
        return beside
    text = _launcher(sys.platform == "win32")
    if not launcher.is_file() or launcher.read_text(encoding="utf-8") != text:
        bin_folder.mkdir(parents=True, exist_ok=True)
        fresh = launcher.with_name(f"{launcher.name}.{os.getpid()}")
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o755)
        fresh.replace(launcher)
    _link(cli.path.resolve(), bin_folder / f"pulumi{EXE}")
    return bin_folder


def _link(target: Path, link: Path) -> None:
    """A hard link (of a symbolic one the engine would take the target's folder) where it can be."""
    with contextlib.suppress(OSError):  # another disk: it works all the same, with a warning
        if not (link.exists() and link.samefile(target)):
            link.unlink(missing_ok=True)
            link.hardlink_to(target)


def _launcher(windows: bool) -> str:
    if windows:
        return f'@"{sys.executable}" "{_HOST}" %*\n'
    # As with Pulumi's own host, a program runs in the environment that is active, if Pulumi is there.
    return f"""#!/bin/sh
python={shlex.quote(sys.executable)}
for pulumi in "$VIRTUAL_ENV"/lib/python3*/site-packages/pulumi; do
    [ -n "$VIRTUAL_ENV" ] && [ -d "$pulumi" ] && python=$VIRTUAL_ENV/bin/python
done
exec "$python" {shlex.quote(str(_HOST))} "$@"
"""


def ensure_aws_plugin(
    cli: Cli, pulumi_home: Path, server: str | None = None, progress: bool = True
) -> Path:
    """The official AWS provider below a PULUMI_HOME, installed first when it is not there.

    Args:
        server: where plugins are downloaded; default KIT_PLUGIN_URL, else Pulumi's own.

    Raises:
        EngineError: offline (known within 5 seconds), no space, not the right file, or the CLI
            could not install it.
    """
    folder = pulumi_home / "plugins" / f"resource-aws-v{AWS_VERSION}"
    binary = folder / f"pulumi-resource-aws{EXE}"
    # The CLI leaves this file beside an installation that was interrupted.
    partial = folder.with_name(folder.name + ".partial")
    if binary.is_file() and not partial.exists():
        return folder
    server = (server or os.environ.get("KIT_PLUGIN_URL") or _SERVER).rstrip("/")
    _check_reachable(server)
    pulumi_home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(pulumi_home).free
    if free < _AWS_SPACE:
        raise EngineError(
            f"the AWS provider needs {_AWS_SPACE // _MB} MB and {tilde(pulumi_home)} has "
            f"{free // _MB} MB free. Fix: free some and run this again"
        )
    title = f"Downloading Pulumi's AWS provider v{AWS_VERSION} (once)"
    with tempfile.TemporaryDirectory(dir=pulumi_home) as folder_of_one:
        archive = Path(folder_of_one) / aws_archive(platform.system(), platform.machine())
        save(server, f"pulumi-aws_{AWS_VERSION}_checksums.txt", archive,
             Progress(title, quiet=not progress))  # fmt: skip
        _install_plugin(cli, pulumi_home, archive, progress)
    if not binary.is_file():
        raise EngineError(f"`pulumi plugin install` ended well but {tilde(binary)} is not there")
    return folder


def aws_archive(system: str, machine: str) -> str:
    """The provider's archive for a system (platform.system()) and processor (platform.machine())."""
    processors = {"x86_64": "amd64", "aarch64": "arm64"}
    processor = processors.get(machine.lower(), machine.lower())
    return f"pulumi-resource-aws-v{AWS_VERSION}-{system.lower()}-{processor}.tar.gz"


def _check_reachable(server: str) -> None:
    """Any answer of the server will do, also a refusal: it is there."""
    request = urllib.request.Request(server, method="HEAD")

    def ask() -> None:
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        except urllib.error.HTTPError as error:
            error.close()

    try:
        within(time.monotonic() + PATIENCE, ask)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"Pulumi's AWS provider v{AWS_VERSION} is needed and {server} cannot be "
            f"reached: {getattr(error, 'reason', error)}. Fix: connect to the internet and run "
            "this again, or use the sandbox target, without KIT_PROVIDER"
        ) from error


def _install_plugin(cli: Cli, pulumi_home: Path, archive: Path, progress: bool) -> None:
    # From the file that was verified: with an address the CLI would download a second time, and
    # its --checksum knows SHA-256 only, which Pulumi does not publish for this archive.
    command = [str(cli.path), "plugin", "install", "resource", "aws", f"v{AWS_VERSION}"]
    command += ["--reinstall", "--file", str(archive)]
    own = {"PULUMI_HOME": str(pulumi_home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    env = {**without_pulumi(os.environ), **own}
    begun, lines = time.monotonic(), []
    title = f"Installing Pulumi's AWS provider v{AWS_VERSION} (once)"
    with (
        Progress(title, quiet=not progress) as bar,
        Command(command, env, pulumi_home) as running,
    ):
        for line in running:
            lines += [line] if line else []
            waited = time.monotonic() - begun
            bar.show(waited / (waited + _USUAL_SECONDS), f"{waited:.0f} s")
    if running.code:
        raise EngineError(
            f"the AWS provider could not be installed: {' '.join(lines[-3:])}. "
            "Fix: check the network and run this again"
        )
