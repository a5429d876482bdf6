"""`pulumi up` in a folder with the kit's language host; the official AWS provider."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox import engine
from sandbox.engine import Cli, EngineError, plugins
from tests.sandbox.standin import deaf_server, server, tarball

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
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
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
    assert "warning" not in done.stdout
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


def plugin_archive() -> str:
    system = platform.system().lower()
    processor = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), "arm64")
    return f"pulumi-resource-aws-v{plugins.AWS_VERSION}-{system}-{processor}.tar.gz"


def test_the_aws_provider_is_installed_once(tmp_path, cli, monkeypatch):
    body = tarball({"pulumi-resource-aws": b"#!/bin/sh\nexit 1\n"})
    with server({plugin_archive(): body}) as (url, asked):
        monkeypatch.setenv("KIT_PLUGIN_URL", url)
        folder = engine.ensure_aws_plugin(cli, tmp_path / "pulumi", progress=False)
        assert (folder / "pulumi-resource-aws").is_file()
        before = len(asked)
        assert engine.ensure_aws_plugin(cli, tmp_path / "pulumi", progress=False) == folder
        assert len(asked) == before


def test_a_half_installed_aws_provider_is_installed_again(tmp_path, cli):
    folder = tmp_path / "pulumi" / "plugins" / f"resource-aws-v{plugins.AWS_VERSION}"
    folder.mkdir(parents=True)
    (folder / "pulumi-resource-aws").write_text("half")
    folder.with_name(folder.name + ".partial").write_text("")
    with server({plugin_archive(): tarball({"pulumi-resource-aws": b"whole"})}) as (url, _):
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


def test_a_plugin_that_the_server_lacks_is_told_in_pulumis_words(tmp_path, cli):
    with server({}) as (url, _), pytest.raises(EngineError, match="404"):
        engine.ensure_aws_plugin(cli, tmp_path, url, progress=False)
