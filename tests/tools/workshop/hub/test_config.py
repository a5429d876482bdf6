"""The hub's configurations, for each way to start a server: every name is one that JupyterHub has."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager

from lab import copies
from sandbox import launch
from tools.workshop.hub import __main__ as hub
from tools.workshop.hub import overlay, prepare, seat
from tools.workshop.hub.place import KIT, TEACH, Place

ROOM = {"kit": "/opt/kit", "seats": ["ada", "bob"], "trainer": "trainer", "speed": 31.5}
WAYS = ("jupyterhub_config.py", "tljh/gateway_course.py", "image/dockerspawner_config.py")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not overlay.is_ready(), reason=f"make it: {overlay.COMMAND}"
)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What each comes to, by its name."""
    at = tmp_path_factory.mktemp("room")
    (at / "state").mkdir()
    (at / "state" / "trainer-token").write_text("token")
    (at / "room.json").write_text(json.dumps(ROOM))
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("configured.py")), *(str(TEACH / w) for w in WAYS)],
        capture_output=True, text=True, timeout=240, cwd=at,
        env={**os.environ, "PYTHONPATH": str(overlay.SITE), "ROOM": str(at), "ROOM_SPAWNER": "systemd"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = dict(zip(WAYS, map(json.loads, done.stdout.splitlines()), strict=True))
    return {**found, "at": at}


@pytest.mark.parametrize("way", WAYS)
def test_every_name_is_one_that_its_class_has(told, way):
    assert told[way]["unknown"] == [] and "Spawner" in told[way]["sections"]


@pytest.mark.parametrize("way", WAYS[:2])
def test_systemd_runs_the_kits_seat_with_limits_and_ends_all_of_it(told, way):
    python = f"{told['at']}/venv/bin/python"
    assert told[way]["cmd"][:3] == [python, "-m", "tools.workshop.hub.seat"]
    found = told[way]["properties"]
    assert found["TasksMax"] == "400" and found["PrivateTmp"] == "yes"
    assert found["OOMPolicy"] == "continue"  # else one that fills memory ends all of the unit
    assert told[way]["environ"]["PATH"].startswith(f"{told['at']}/venv/bin:")
    assert told[way]["environ"]["KIT_ENGINE_DIR"] == f"{told['at']}/engine"
    if way == WAYS[0]:  # TLJH has its own words for limits
        assert found["MemoryMax"] == 3 * 2**29 and found["CPUQuota"] == "200%"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="apt-get install systemd")
def test_systemd_knows_every_property(told, tmp_path):
    """Where systemd is installed, whether or not it runs."""
    lines = [
        f"{key}={value}"
        for way in WAYS[:2]
        for key, value in told[way]["properties"].items()
        if value
    ]
    unit = tmp_path / "seat.service"
    unit.write_text("\n".join(["[Service]", "ExecStart=/bin/true", *lines]) + "\n")
    for each in (unit, TEACH / "gateway-course.service"):
        command = ["systemd-analyze", "verify", str(each)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Unknown" not in done.stderr and "ignoring" not in done.stderr, done.stderr


def test_who_has_no_seat_and_who_meets_a_full_disk_or_has_too_much_is_told_the_fix(told):
    found = told[WAYS[0]]
    assert found["seat"] is True
    assert found["no seat"].startswith("zoe has no seat: this room has 2. Fix: see how your name")
    assert found["no seat"].endswith("hub seats zoe")
    assert found["full"].startswith(
        "The room's disk is full: 12 MB are free of 500 that a start wants."
    )
    assert "Fix: ask your trainer" in found["full"] and "full" not in told[WAYS[2]]
    assert found["large"].startswith("Your home has 2345 MB, and each has 2000 in this room.")
    assert found["large"].endswith("du -ah /home/ada | sort -h | tail")


def test_a_seat_finds_its_folders_below_home_where_nobody_has_said_them(monkeypatch, tmp_path):
    ran = {}
    for name in seat.FOLDERS:
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTERHUB_DEFAULT_URL", "")
    monkeypatch.setattr(seat, "LIMITS", {})
    monkeypatch.setattr(seat.os, "umask", lambda mask: None)
    monkeypatch.setattr(seat.os, "chdir", lambda path: None)
    monkeypatch.setattr(seat.os, "execv", lambda path, command: ran.update(command=command))
    seat.main(["--port=1"])
    assert os.environ["KIT_HOME"] == str(tmp_path / ".kit")
    assert any((tmp_path / "course").rglob("*.ipynb")) and "--port=1" in ran["command"]


def test_without_a_hub_a_seat_is_jupyterlab_with_the_learners_own_pages(monkeypatch, tmp_path):
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.labapp import LabApp

    page = f"/lab/tree/{copies.WORK}/{copies.FIRST}.ipynb"
    monkeypatch.setenv("JUPYTERHUB_DEFAULT_URL", page)
    monkeypatch.delenv("JUPYTERHUB_SERVICE_URL", raising=False)
    module, *given = seat.server(["--ServerApp.ip=0.0.0.0"], tmp_path)
    assert module == "jupyterlab" and "--ServerApp.ip=127.0.0.1" not in given
    said = [each.partition("=")[0] for each in given]
    assert len(said) == len(set(said)), "JupyterLab refuses what is said twice"
    assert {f"--ServerApp.root_dir={tmp_path}", f"--LabApp.default_url={page}"} <= {*given}
    for each in said:
        owner, _, name = each.strip("-").partition(".")
        known = {"ServerApp": ServerApp, "LabApp": LabApp}
        assert (
            name in known[owner].class_trait_names()
            if name
            else each in ("--no-browser", "--allow-root")
        )
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:1/user/ada/")
    assert seat.server(["--a=b"], tmp_path) == ["tools.workshop.hub.singleuser", "--a=b"]


def test_what_a_seat_sets_for_the_sandbox_reaches_it():
    assert seat.THRIFT.keys() - {"GOGC"} <= launch.INHERITED  # that one is the CLI's
    assert seat.THRIFT["KIT_SEAT"] == "1"  # what idle_environments asks for


@pytest.mark.parametrize("way", WAYS[:2])
def test_kernels_of_pages_that_stay_open_end_when_they_are_idle(told, way):
    given = dict(each.removeprefix("--MappingKernelManager.").split("=") for each in told[way]["cmd"]
                 if each.startswith("--MappingKernelManager."))  # fmt: skip
    assert given.keys() <= {*MappingKernelManager.class_trait_names(config=True)}
    assert given["cull_idle_timeout"] == "3600" and given["cull_connected"] == "True"


def test_the_images_commands_are_the_kits(monkeypatch):
    text = (TEACH / "image" / "Dockerfile").read_text("utf-8")
    [does] = re.findall(r"-m tools\.workshop\.hub (\w+) --at (\S+)", text)
    place, made = Place(Path(does[1])), []
    monkeypatch.setattr(prepare, "learners", made.append)
    assert hub.main([does[0], "--at", does[1]]) == 0 and made == [place]
    assert f"KIT_VENV={place.venv} KIT_ENGINE_DIR={place.engine}" in text
    assert f"PATH={place.venv}/bin:$PATH" in text
    assert '"-m", "tools.workshop.hub.seat"' in text


def test_a_notebook_server_loads_no_database_until_somebody_looks_inside():
    told = """
import sys
from tools.workshop.hub import singleuser
singleuser.install()
import jupyterhub.singleuser.extension, jupyterhub.singleuser.mixins
before = [name for name in ("alembic", "sqlalchemy.orm", "jupyterhub.handlers") if name in sys.modules]
from jupyterhub.handlers.pages import HealthCheckHandler
from jupyterhub import orm, roles
print(before, orm.User.__tablename__, callable(roles.get_default_roles), HealthCheckHandler.__module__)
"""
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=False, cwd=KIT,
        env={**os.environ, "PYTHONPATH": str(overlay.SITE)},
    )  # fmt: skip
    assert done.stdout == "[] users True jupyterhub.handlers.pages\n", done.stderr
