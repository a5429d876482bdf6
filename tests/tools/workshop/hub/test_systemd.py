"""A learner's server as a unit of a real systemd: what its limits end, and what ends with it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.tools.workshop.hub.test_config import ROOM
from tools.workshop.hub import overlay
from tools.workshop.hub.place import TEACH

CONFIGURED = Path(__file__).with_name("configured.py")
GROUPS = Path("/sys/fs/cgroup")
ENTER = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root", "--wd"]
# What a learner's server has below it: one who takes too much memory, and one who waits.
FILLS = "import mmap; m = mmap.mmap(-1, 2 * 10**9); [m.write(bytes(10**7)) for _ in range(200)]"
STARTS = """
import subprocess
started = []
try:
    for _ in range(1000): started.append(subprocess.Popen(["sleep", "60"]))
except OSError: print(len(started), flush=True)
[each.kill() for each in started]
"""


def bootable():
    """Whether namespaces and cgroups of version 1 can be made here."""
    if sys.platform != "linux" or os.geteuid() or not (GROUPS / "memory").is_dir():
        return False
    command = ["unshare", "--mount", "--pid", "--fork", "--net", "--cgroup", "true"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


pytestmark = [
    pytest.mark.skipif(
        not bootable(), reason="Linux as root only, with namespaces and cgroups (version 1)"
    ),
    pytest.mark.skipif(
        not all(map(shutil.which, ("systemd-run", "dbus-daemon"))),
        reason="apt-get install systemd dbus",
    ),
    pytest.mark.skipif(not overlay.is_ready(), reason=f"make it: {overlay.COMMAND}"),
]


@pytest.fixture(scope="module")
def systemd(tmp_path_factory):
    """Runs a command where a systemd is PID 1, and gives what it said."""
    folder = tmp_path_factory.mktemp("booted")
    script = str(Path(__file__).with_name("boot.sh"))
    with subprocess.Popen(["/bin/bash", script, str(folder)], stdin=subprocess.DEVNULL) as outer:
        try:
            yield entered(outer)
        finally:
            for process in psutil.Process(outer.pid).children():
                process.kill()  # PID 1: all that it has ends with it
            outer.kill()
    end = time.monotonic() + 20
    while (left := groups()) and time.monotonic() < end:
        for group in left:
            with suppress(OSError):  # what is in it has not ended yet
                group.rmdir()
        time.sleep(0.1)
    assert not left


def groups():
    """The cgroups that boot.sh has made, and those below them; the innermost first."""
    above = [g for g in GROUPS.rglob("kit-boot") if g.is_dir()]
    below = [g for each in above for g in each.rglob("*") if g.is_dir()]
    return sorted({*above, *below}, reverse=True)


def entered(outer):
    """A way into the namespaces, once systemd takes commands."""

    def run(*command, check=True):
        first = str(psutil.Process(outer.pid).children()[0].pid)
        path = {"PATH": os.environ["PATH"]}
        done = subprocess.run(["nsenter", "-t", first, *ENTER, *command], text=True, env=path,
                              capture_output=True, check=False, timeout=60)  # fmt: skip
        assert not check or done.returncode == 0, (command, done.stderr)
        return done.stdout.strip()

    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(AssertionError, IndexError, psutil.Error):
            run("systemctl", "start", "dbus.service")
            return run
        time.sleep(0.2)
    raise AssertionError("systemd did not start within a minute")


@pytest.fixture(scope="module")
def properties(tmp_path_factory):
    """What SystemdSpawner says of a learner's unit, as options of systemd-run."""
    at = tmp_path_factory.mktemp("room")
    (at / "state").mkdir()
    (at / "state" / "trainer-token").write_text("token")
    (at / "room.json").write_text(json.dumps(ROOM))
    done = subprocess.run(
        [sys.executable, str(CONFIGURED), str(TEACH / "jupyterhub_config.py")],
        capture_output=True, text=True, timeout=120, cwd=at, check=True,
        env={**os.environ, "PYTHONPATH": str(overlay.SITE), "ROOM": str(at), "ROOM_SPAWNER": "systemd"},
    )  # fmt: skip
    found = json.loads(done.stdout)["properties"]
    return [f"--property={name}={value}" for name, value in found.items() if value]


def state(systemd, unit):
    return systemd("systemctl", "is-active", unit, check=False)


def test_who_takes_too_much_is_ended_and_neither_the_unit_nor_another(systemd, properties):
    start = ["systemd-run", "--quiet", "--uid=nobody", *properties]
    # Each writes what became of it; no shell of it ends before the unit does.
    fills = f"/usr/bin/python3 -c '{FILLS}'; echo $? > /tmp/fills; sleep 60"
    starts = f"/usr/bin/python3 -c '{STARTS}' > /tmp/starts; sleep 60"
    for name, does in (("fills", fills), ("starts", starts), ("waits", "sleep 60")):
        systemd(*start, f"--unit={name}", "sh", "-c", does)
    told = {}
    end = time.monotonic() + 30
    while len(told) < 2 and time.monotonic() < end:
        for name in ("fills", "starts"):
            # Its /tmp is its own: what it wrote is seen from inside alone.
            first = systemd("systemctl", "show", name, "--property=MainPID", "--value")
            if said := systemd("cat", str(Path("/proc", first, "root", "tmp", name)), check=False):
                told[name] = int(said)
        time.sleep(0.2)
    assert told["fills"] == 128 + signal.SIGKILL
    assert 300 < told["starts"] < 400
    assert not {"fills", "starts"} & {*systemd("ls", "/tmp").split()}
    assert [state(systemd, name) for name in ("fills", "starts", "waits")] == ["active"] * 3
    systemd("systemctl", "stop", "fills", "starts", "waits")


def test_what_a_server_has_started_is_told_to_end_with_it(systemd, properties):
    # As a sandbox is: in a session of its own, no child of the server any more.
    away = (
        "setsid sh -c \"trap 'echo saved > /dev/shm/told; exit' TERM; sleep 60 & wait\" & sleep 60"
    )
    systemd("systemd-run", "--quiet", "--unit=ends", *properties, "sh", "-c", away)
    time.sleep(0.5)
    systemd("systemctl", "stop", "ends")
    assert systemd("cat", "/dev/shm/told") == "saved"
