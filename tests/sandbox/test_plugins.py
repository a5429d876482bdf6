"""`pulumi up` in a folder with the kit's language host; the official AWS provider."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import engine
from sandbox.engine import Cli, EngineError, checksums, plugins
from sandbox.home import backend_url
from tests.sandbox.standin import certificate, deaf_server, server, tarball

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: sh scripts")


@pytest.fixture(scope="module")
def cli() -> Cli:
    return engine.ensure()


class Project:
    """A folder with a Pulumi program, and state of its own."""

    def __init__(self, folder: Path, cli: Cli) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        (folder / "backend").mkdir()
        (self.folder / "Pulumi.yaml").write_text("name: trivial\nruntime: python\n")
        hosts = engine.ensure_language_host(cli, folder / "home")
        self.env = {
            **os.environ,
            "PATH": f"{hosts}:{cli.path.parent}:/usr/bin:/bin",
            "PULUMI_HOME": str(folder / "pulumi"),
            "PULUMI_BACKEND_URL": backend_url(folder),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }
        self.pulumi("stack", "init", "t")

    def program(self, text: str) -> None:
        (self.folder / "__main__.py").write_text(text)

    def pulumi(self, *args: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", "--non-interactive", "--color=never", *args], env=self.env, text=True,
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            check=False,
        )  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, cli: Cli) -> Project:
    return Project(tmp_path, cli)


def test_pulumi_up_runs_the_program_of_a_folder(project):
    (project.folder / "settings.py").write_text("import pulumi\nword = pulumi.Config().get('word')")
    project.program(
        "import os, pulumi\nfrom settings import word\nprint('said by the program')\n"
        "pulumi.export('word', word)\npulumi.export('at', os.getcwd())\n"
    )
    project.pulumi("config", "set", "word", "gateway")
    done = project.pulumi("up", "--yes")
    assert done.returncode == 0, done.stdout
    assert "said by the program" in done.stdout
    # Where the CLI is on another disk, no link to it can be made, and the engine warns of ours.
    ours = {path.name for path in (project.folder.parent / "home" / "bin").glob("pulumi*")}
    assert ("warning" in done.stdout) is (ours == {"pulumi-language-python"})
    assert project.pulumi("stack", "output", "word").stdout.strip() == "gateway"
    assert project.pulumi("stack", "output", "at").stdout.strip() == str(project.folder.resolve())


def test_a_program_that_raises_shows_its_own_lines_once_and_none_of_the_host(project):
    project.program("def part():\n    return {}['missing']\n\npart()\n")
    done = project.pulumi("up", "--yes", "--skip-preview")
    assert done.returncode != 0
    details = done.stdout[done.stdout.index("Diagnostics:") :]
    assert details.count("KeyError: 'missing'") == 1
    assert "line 2, in part" in details
    assert "language_host" not in done.stdout
    assert "runpy" not in done.stdout


def test_a_syntax_error_names_file_and_line(project):
    project.program("x = = 1\n")
    done = project.pulumi("preview")
    assert done.returncode != 0
    assert "__main__.py" in done.stdout
    assert "line 1" in done.stdout
    assert "SyntaxError" in done.stdout


def test_a_run_error_is_its_message_without_a_traceback(project):
    project.program("import pulumi\nraise pulumi.RunError('set a region first')\n")
    done = project.pulumi("preview")
    assert "set a region first" in done.stdout
    assert "Traceback" not in done.stdout


def test_pulumi_install_has_nothing_to_do(project):
    project.program("")
    done = project.pulumi("install")
    assert done.returncode == 0, done.stdout
    assert sys.executable in done.stdout


def test_the_official_host_beside_the_cli_is_preferred(tmp_path):
    (tmp_path / "cli" / "bin").mkdir(parents=True)
    cli = Cli(tmp_path / "cli" / "bin" / "pulumi", "downloaded")
    ours = engine.ensure_language_host(cli, tmp_path / "home")
    assert (ours / "pulumi-language-python").is_file()
    official = cli.path.with_name("pulumi-language-python")
    official.write_text("")
    assert engine.ensure_language_host(cli, tmp_path / "home") == official.parent
    assert not (ours / "pulumi-language-python").exists()


def test_a_launcher_of_another_python_is_replaced(tmp_path, cli):
    launcher = engine.ensure_language_host(cli, tmp_path) / "pulumi-language-python"
    launcher.write_text("#!/bin/sh\nexec /gone/python host.py\n")
    engine.ensure_language_host(cli, tmp_path)
    assert sys.executable in launcher.read_text()
    assert os.access(launcher, os.X_OK)


# The official AWS provider


PLUGIN = plugins.aws_archive(platform.system(), platform.machine())
SUMS = f"pulumi-aws_{plugins.AWS_VERSION}_checksums.txt"


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], bytes]:
    """Makes an archive the one that the kit has a pin of."""

    def pinned(body: bytes) -> bytes:
        monkeypatch.setitem(checksums.PINS, PLUGIN, hashlib.sha256(body).hexdigest())
        return body

    return pinned


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Linux", "x86_64", "linux-amd64"),
        ("Linux", "aarch64", "linux-arm64"),
        ("Darwin", "arm64", "darwin-arm64"),
        ("Windows", "AMD64", "windows-amd64"),
    ],
)
def test_the_aws_providers_archive_is_named_as_pulumi_names_it(system, machine, name):
    wanted = f"pulumi-resource-aws-v{plugins.AWS_VERSION}-{name}.tar.gz"
    assert plugins.aws_archive(system, machine) == wanted


def test_the_aws_provider_is_installed_once(tmp_path, cli, monkeypatch, pin):
    body = pin(tarball({"pulumi-resource-aws": b"#!/bin/sh\nexit 1\n"}))
    with server({PLUGIN: body}) as (url, asked):
        monkeypatch.setenv("KIT_PLUGIN_URL", url)
        folder = engine.ensure_aws_plugin(cli, tmp_path / "pulumi", progress=False)
        assert (folder / "pulumi-resource-aws").is_file()
        before = len(asked)
        assert engine.ensure_aws_plugin(cli, tmp_path / "pulumi", progress=False) == folder
        assert len(asked) == before
    assert not list(tmp_path.rglob("*.tar.gz"))


def test_the_users_own_pulumi_home_has_no_say_in_where_the_provider_goes(
    tmp_path, cli, monkeypatch, pin
):
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "theirs"))
    monkeypatch.setenv("PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES", ".*=http://127.0.0.1:9")
    with server({PLUGIN: pin(tarball({"pulumi-resource-aws": b"whole"}))}) as (url, _):
        folder = engine.ensure_aws_plugin(cli, tmp_path / "pulumi", url, progress=False)
    assert (folder / "pulumi-resource-aws").read_text() == "whole"
    assert not (tmp_path / "theirs").exists()


def test_an_aws_provider_that_is_not_the_pinned_one_is_never_installed(tmp_path, cli, pin):
    pin(b"another file")
    with (
        server({PLUGIN: tarball({"pulumi-resource-aws": b"evil"})}) as (url, _),
        pytest.raises(EngineError, match="not .* as the kit has it"),
    ):
        engine.ensure_aws_plugin(cli, tmp_path, url, progress=False)
    assert list(tmp_path.iterdir()) == []


def test_an_aws_provider_without_a_pin_is_not_taken_over_http(tmp_path, cli):
    body = tarball({"pulumi-resource-aws": b"whole"})
    listed = f"{hashlib.sha1(body).hexdigest()}  ./{PLUGIN}\n".encode()
    with (
        server({PLUGIN: body, SUMS: listed}) as (url, _),
        pytest.raises(EngineError, match=r"cannot be verified.*is not HTTPS"),
    ):
        engine.ensure_aws_plugin(cli, tmp_path, url, progress=False)


def test_an_aws_provider_without_a_pin_is_taken_with_pulumis_own_list_over_https(
    tmp_path, cli, monkeypatch
):
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    body = tarball({"pulumi-resource-aws": b"whole"})
    listed = f"{hashlib.sha1(body).hexdigest()}  ./{PLUGIN}\n".encode()  # as Pulumi writes it
    with server({PLUGIN: body, SUMS: listed}, tls=context) as (url, _):
        folder = engine.ensure_aws_plugin(cli, tmp_path / "pulumi", url, progress=False)
    assert (folder / "pulumi-resource-aws").read_text() == "whole"


def test_a_half_installed_aws_provider_is_installed_again(tmp_path, cli, pin):
    folder = tmp_path / "pulumi" / "plugins" / f"resource-aws-v{plugins.AWS_VERSION}"
    folder.mkdir(parents=True)
    (folder / "pulumi-resource-aws").write_text("half")
    folder.with_name(folder.name + ".partial").write_text("")
    with server({PLUGIN: pin(tarball({"pulumi-resource-aws": b"whole"}))}) as (url, _):
        engine.ensure_aws_plugin(cli, tmp_path / "pulumi", url, progress=False)
    assert (folder / "pulumi-resource-aws").read_text() == "whole"


@pytest.mark.parametrize("url", ["http://nowhere.invalid", "http://127.0.0.1:9"])
def test_offline_the_aws_provider_fails_at_once_with_the_fix(tmp_path, cli, url):
    begun = time.monotonic()
    with pytest.raises(EngineError, match=r"cannot be reached.*\n?.*use the sandbox target"):
        engine.ensure_aws_plugin(cli, tmp_path, url, progress=False)
    assert time.monotonic() - begun < 5


def test_a_plugin_server_that_never_answers_is_given_up_within_five_seconds(tmp_path, cli):
    begun = time.monotonic()
    with deaf_server() as url, pytest.raises(EngineError, match="cannot be reached"):
        engine.ensure_aws_plugin(cli, tmp_path, url, progress=False)
    assert time.monotonic() - begun < 6


def test_a_plugin_that_the_server_lacks_is_told(tmp_path, cli, pin):
    pin(b"")
    with server({}) as (url, _), pytest.raises(EngineError, match="404"):
        engine.ensure_aws_plugin(cli, tmp_path, url, progress=False)
