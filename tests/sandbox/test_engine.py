"""Which CLI is taken, and that only a whole one of the right version ever is."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import ssl
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import engine
from sandbox.engine import VERSION, EngineError, build, checksums, cli, download, install
from tests.sandbox.standin import certificate, deaf_server, server, tarball

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: sh scripts")

GOOD = f'#!/bin/sh\necho "v{VERSION}"\n'.encode()
ARCHIVE = download.archive_name(platform.system(), platform.machine()) if os.name == "posix" else ""
SUMS = f"pulumi-{VERSION}-checksums.txt"


@pytest.fixture(autouse=True)
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own folder of CLIs, nothing of Pulumi's on PATH, no download, no build."""
    monkeypatch.setenv("KIT_HOME", str(tmp_path))
    monkeypatch.setenv("KIT_ENGINE_DIR", str(tmp_path / "versions"))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("KIT_PULUMI_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(build, "build", no_build)
    return tmp_path / "versions"


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], bytes]:
    """Makes an archive the one that the kit has a pin of."""

    def pinned(body: bytes) -> bytes:
        monkeypatch.setitem(checksums.PINS, ARCHIVE, hashlib.sha256(body).hexdigest())
        return body

    return pinned


@pytest.fixture
def https(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of a certificate that downloads trust; the kit has no pin of the archive."""
    file, context = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.delitem(checksums.PINS, ARCHIVE)
    return context


def sums(body: bytes, name: str = ARCHIVE) -> bytes:
    """A list of checksums as Pulumi publishes it."""
    return f"{hashlib.sha256(body).hexdigest()}  {name}\n".encode()


def no_build(folder: Path, progress: bool) -> None:
    raise EngineError("no build in this test")


def put(folder: Path, text: bytes = GOOD) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "pulumi"
    path.write_bytes(text)
    path.chmod(0o755)
    return path


# Finding


def test_one_in_the_kits_place_comes_before_one_on_path(versions, tmp_path, monkeypatch):
    here = put(versions / VERSION / "bin")
    put(tmp_path / "other" / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'other' / 'bin'}:/bin")
    found = engine.find()
    assert (found.path, found.source) == (here, "PulumiCommand.install")
    assert found.root == versions / VERSION


def test_one_on_path_is_taken_when_its_version_is_the_kits(tmp_path, monkeypatch):
    path = put(tmp_path / "other" / "bin")
    monkeypatch.setenv("PATH", f"{path.parent}:/bin")
    found = engine.ensure()
    assert (found.path, found.source, found.root) == (path, "PATH", tmp_path / "other")
    assert "found on PATH" in found.describe()


def test_one_on_path_of_another_version_is_ignored(tmp_path, monkeypatch):
    other = put(tmp_path / "bin", b"#!/bin/sh\necho v3.249.0\n")
    monkeypatch.setenv("PATH", f"{other.parent}:/bin")
    assert engine.find() is None


def test_a_cli_is_asked_once_by_all_notebooks_until_its_file_changes(versions, tmp_path):
    tells = f'#!/bin/sh\necho asked >> "{tmp_path}/asked"\necho "v{VERSION}"\n'.encode()
    path = put(versions / VERSION / "bin", tells)
    for _ in range(3):
        cli._ask.cache_clear()  # as another notebook's kernel begins
        assert engine.find().path == path
    assert (tmp_path / "asked").read_text() == "asked\n"
    put(versions / VERSION / "bin", b"#!/bin/sh\nexit 1\n")
    cli._ask.cache_clear()
    assert engine.find() is None
    put(versions / VERSION / "bin", tells)
    assert engine.find().path == path
    assert (tmp_path / "asked").read_text() == "asked\n" * 2


@pytest.mark.parametrize("damage", [b"", GOOD[:9], b"\x7fELF\x02\x01", b"#!/bin/sh\nexit 1\n"])
def test_a_damaged_cli_is_not_found_and_is_replaced(versions, monkeypatch, pin, damage):
    put(versions / VERSION / "bin", damage)
    assert engine.find() is None
    with server({ARCHIVE: pin(tarball({"pulumi/pulumi": GOOD}))}) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        assert engine.ensure(progress=False).source == "downloaded"
    assert engine.find().source == "kit"


# Downloading


def test_a_download_installs_all_that_lies_beside_the_cli(versions, monkeypatch, pin):
    body = tarball({
        "pulumi/pulumi": GOOD,
        "pulumi/pulumi-language-python": b"host",
        "../../evil": b"out",
        "pulumi/docs/readme": b"",
    })  # fmt: skip
    with server({ARCHIVE: pin(body)}) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url + "/")
        found = engine.ensure(progress=False)
    names = sorted(p.name for p in (versions / VERSION / "bin").iterdir())
    assert names == ["pulumi", "pulumi-language-python"]
    assert "downloaded now" in found.describe()
    assert "downloaded by the kit earlier" in engine.find().describe()
    assert_nothing_left(versions)


def test_the_second_time_nothing_is_downloaded(monkeypatch, pin):
    with server({ARCHIVE: pin(tarball({"pulumi/pulumi": GOOD}))}) as (url, asked):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        engine.ensure(progress=False)
        count = len(asked)
        assert engine.ensure(progress=False).source == "kit"
        assert len(asked) == count == 1


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "HTTP Error 404"),
        ({ARCHIVE: b"<html>Sign in to the hotel</html>"}, "is not a whole archive"),
        ({ARCHIVE: tarball({"pulumi/pulumi": GOOD})[:-20]}, "is not a whole archive"),
        ({ARCHIVE: tarball({"readme": b""})}, "holds no pulumi"),
        ({ARCHIVE: tarball({"pulumi/pulumi": b"#!/bin/sh\necho v9.9.9\n"})}, "version 9.9.9"),
        ({ARCHIVE: tarball({"pulumi/pulumi": b"\x7fELF"})}, "does not start on this machine"),
    ],
)
def test_what_is_not_the_cli_is_refused_with_the_reason(versions, monkeypatch, pin, files, reason):
    pin(files.get(ARCHIVE, b""))
    with server(files) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        with pytest.raises(EngineError) as caught:
            engine.ensure(progress=False)
    assert reason in str(caught.value)
    assert "no build in this test" in str(caught.value)
    assert f"https://github.com/pulumi/pulumi/releases/tag/v{VERSION}" in str(caught.value)
    assert "| sh" not in str(caught.value)
    assert engine.find() is None
    assert_nothing_left(versions)


def test_a_server_that_never_answers_is_given_up_within_five_seconds(tmp_path, monkeypatch):
    with deaf_server() as url:
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        begun = time.monotonic()
        with pytest.raises(EngineError, match=r"no answer within 5 seconds|timed out"):
            download.fetch(tmp_path, progress=False)
    assert 4 < time.monotonic() - begun < 6


def test_a_server_that_sends_a_byte_at_a_time_is_given_up(tmp_path, monkeypatch, pin):
    with server({ARCHIVE: pin(tarball({"pulumi/pulumi": GOOD}))}, dribble=0.1) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        begun = time.monotonic()
        with pytest.raises(EngineError, match=r"only \d+ bytes in 5 seconds"):
            download.fetch(tmp_path, progress=False)
    assert time.monotonic() - begun < 7


def test_a_name_that_cannot_be_found_fails_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_PULUMI_URL", "http://nowhere.invalid")
    with pytest.raises(EngineError, match=r"nowhere\.invalid"):
        download.fetch(tmp_path, progress=False)


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Linux", "x86_64", "linux-x64.tar.gz"),
        ("Linux", "aarch64", "linux-arm64.tar.gz"),
        ("Darwin", "arm64", "darwin-arm64.tar.gz"),
        ("Windows", "AMD64", "windows-x64.zip"),
    ],
)
def test_archives_are_named_as_pulumi_names_them(system, machine, name):
    assert download.archive_name(system, machine) == f"pulumi-v{VERSION}-{name}"


@pytest.mark.parametrize(("system", "machine"), [("Linux", "riscv64"), ("FreeBSD", "amd64")])
def test_a_machine_without_an_official_cli_is_told(system, machine):
    with pytest.raises(EngineError, match=f"no CLI for {system} on {machine}"):
        download.archive_name(system, machine)


# Verifying


def test_an_archive_that_is_not_the_pinned_one_is_never_unpacked(versions, monkeypatch):
    body = tarball({"pulumi/pulumi": GOOD})  # it would pass every other check
    with server({ARCHIVE: body, SUMS: sums(body)}) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        monkeypatch.setattr(download, "unpack", lambda *_: pytest.fail("unpacked"))
        with pytest.raises(EngineError, match=f"not {checksums.PINS[ARCHIVE]} as the kit has it"):
            engine.ensure(progress=False)
    assert_nothing_left(versions)


@pytest.mark.parametrize("listed", [True, False])
def test_without_a_pin_nothing_that_comes_over_http_is_taken(monkeypatch, https, listed):
    body = tarball({"pulumi/pulumi": GOOD})
    with server({ARCHIVE: body, **({SUMS: sums(body)} if listed else {})}) as (url, asked):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        with pytest.raises(EngineError, match=f"{ARCHIVE} cannot be verified.*is not HTTPS"):
            engine.ensure(progress=False)
    assert asked == []


def test_without_a_pin_a_list_over_https_decides(monkeypatch, https):
    body = tarball({"pulumi/pulumi": GOOD})
    with server({ARCHIVE: body, SUMS: sums(body)}, tls=https) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        assert engine.ensure(progress=False).source == "downloaded"


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "HTTP Error 404|Not Found"),
        ({SUMS: b""}, "has no line for it"),
        ({SUMS: sums(b"", "another.tar.gz")}, "has no line for it"),
        ({SUMS: f"short  {ARCHIVE}".encode()}, "has no line for it"),
        ({SUMS: f"{'0' * 64}  {ARCHIVE}".encode()}, "its SHA-256 is .*, not 0000"),
    ],
)
def test_without_a_pin_and_without_its_line_an_archive_is_refused(
    versions, monkeypatch, https, files, reason
):
    with server({ARCHIVE: tarball({"pulumi/pulumi": GOOD}), **files}, tls=https) as (url, _):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        with pytest.raises(EngineError, match=reason):
            engine.ensure(progress=False)
    assert engine.find() is None
    assert_nothing_left(versions)


def test_a_list_over_https_that_leads_to_http_does_not_count(monkeypatch, https):
    body = tarball({"pulumi/pulumi": GOOD})
    with (
        server({SUMS: sums(body), ARCHIVE: body}) as (plain, _),
        server({}, tls=https, leads_to=plain) as (url, _),
    ):
        monkeypatch.setenv("KIT_PULUMI_URL", url)
        with pytest.raises(EngineError, match="leads to http://.*which is not HTTPS"):
            engine.ensure(progress=False)


def test_the_kit_has_a_pin_of_the_cli_for_each_platform_that_has_one():
    names = {
        download.archive_name(system, machine)
        for system in ("Linux", "Darwin") for machine in ("x86_64", "arm64")
    } | {download.archive_name("Windows", "AMD64")}  # fmt: skip
    assert set(checksums.PINS) == names
    assert all(re.fullmatch("[0-9a-f]{64}|[0-9a-f]{128}", pin) for pin in checksums.PINS.values())
    assert len(set(checksums.PINS.values())) == len(names)


def test_no_page_and_no_message_pipes_a_download_into_a_shell():
    root = Path(__file__).parents[2]
    files = [*root.glob("*.md"), *root.glob("*.yml"), *root.glob(".ci/*"), root / "Makefile"]
    files += [
        *root.glob(".github/workflows/*"),
        *root.glob(".binder/*"),
        *root.glob(".devcontainer/*"),
    ]
    for part in ("lab", "sandbox", "tools", "gateway", "lessons"):
        files += (root / part).rglob("*.py")
    piped = re.compile(r"(curl|wget|iwr|Invoke-WebRequest)\b.*\|\\?\s*(ba|z)?(sh|iex)\b")
    files = [file for file in files if file.is_file()]
    assert [f.name for f in files if piped.search(f.read_text("utf-8").replace("\\|", "|"))] == []


# Installing


def test_what_a_killed_installation_left_is_swept_and_never_used(versions, monkeypatch):
    left = versions / f".kit-{VERSION}-killed"
    put(left / "bin")
    assert engine.find() is None
    monkeypatch.setattr(build, "build", lambda folder, progress: put(folder / "bin"))
    assert engine.ensure(progress=False).source == "built"
    assert_nothing_left(versions)


def test_an_interrupt_during_the_build_leaves_nothing(versions, monkeypatch):
    def interrupted(folder: Path, progress: bool) -> None:
        put(folder / "bin")
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.ensure(progress=False)
    assert engine.find() is None
    assert_nothing_left(versions)


def test_a_folder_that_cannot_be_written_names_the_setting(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KIT_ENGINE_DIR", str(tmp_path / "file" / "versions"))
    with pytest.raises(EngineError, match="KIT_ENGINE_DIR"):
        engine.ensure(progress=False)


def test_two_at_once_install_once(monkeypatch, capsys):
    from concurrent.futures import ThreadPoolExecutor

    builds: list[Path] = []

    def slow(folder: Path, progress: bool) -> None:
        builds.append(folder)
        time.sleep(0.3)
        put(folder / "bin")

    monkeypatch.setattr(build, "build", slow)
    with ThreadPoolExecutor(2) as pool:
        found = [f.result() for f in [pool.submit(engine.ensure) for _ in range(2)]]
    assert len(builds) == 1
    assert sorted(f.source for f in found) == ["built", "kit"]
    assert "Another process is installing" in capsys.readouterr().out


def assert_nothing_left(versions: Path) -> None:
    assert not list(versions.glob(f".kit-{VERSION}-*"))
    assert install.find is engine.find
