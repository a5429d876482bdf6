"""JupyterHub for one room: a Linux user each, one password from the trainer, the kit read-only.

`python3 -m tools.workshop.hub start` runs it; README.md beside it has the whole way. Variables:
ROOM_PASSWORD and ROOM_TRAINER_PASSWORD; ROOM_URL (default http://127.0.0.1:8000), ROOM_SPAWNER
(`systemd` or `simple`; default: systemd where it runs), ROOM_IDLE (minutes, default 60, after which
an idle server and its sandbox end), ROOM_SPACE (megabytes free on the disk of homes, default 500,
below which no server starts), ROOM_HOME (megabytes that each may have at home, default 2000), ROOM_MEMORY and ROOM_CORES for each learner (systemd only).
"""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from tornado.web import HTTPError

c = get_config()  # noqa: F821 - JupyterHub's

AT = Path(os.environ.get("ROOM", "/opt/gateway-course"))
ROOM = json.loads((AT / "room.json").read_text())
SEATS, TRAINER = ROOM["seats"], ROOM["trainer"]
SPACE = int(os.environ.get("ROOM_SPACE") or 500)  # MB free, below which nobody's server starts
HOME = int(os.environ.get("ROOM_HOME") or 2000)  # MB that each may have
IDLE = float(os.environ.get("ROOM_IDLE") or 60)
SYSTEMD = os.environ.get("ROOM_SPAWNER") or (
    "systemd" if Path("/run/systemd/system").exists() else "simple"
)
STATE = AT / "state"

c.JupyterHub.bind_url = os.environ.get("ROOM_URL", "http://127.0.0.1:8000")
c.JupyterHub.hub_port = int(os.environ.get("ROOM_HUB_PORT") or 8081)
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{STATE}/cookie_secret"
c.ConfigurableHTTPProxy.command = [f"{AT}/proxy/node_modules/.bin/configurable-http-proxy"]
c.ConfigurableHTTPProxy.pid_file = f"{STATE}/proxy.pid"
c.ConfigurableHTTPProxy.api_url = os.environ.get("ROOM_PROXY_API", "http://127.0.0.1:8001")
c.JupyterHub.cleanup_servers = (
    False  # a hub that is started anew leaves the learners' servers alone
)
# Twelve that start at once make all of them slow: so many as there are cores, and two.
c.JupyterHub.concurrent_spawn_limit = (os.cpu_count() or 2) + 2


def refused(code, why):
    """An answer whose words the page shows."""
    error = HTTPError(code, why)
    error.jupyterhub_message = why
    return error


class RoomAuthenticator(SharedPasswordAuthenticator):
    """Who has a seat comes in. Looked up each time, so that a new seat needs no new hub."""

    def check_allowed(self, username, authentication=None):
        seats = json.loads((AT / "room.json").read_text())["seats"]
        if username in [*seats, TRAINER]:
            return True
        raise refused(
            403,
            f"{username} has no seat: this room has {len(seats)}. Fix: see how your name is written on "
            f"your sheet, or ask your trainer: python3 -m tools.workshop.hub seats {username}",
        )


# One password for the room, another for the trainer. Who is not of the room gets 403, with the fix.
c.JupyterHub.authenticator_class = RoomAuthenticator
c.SharedPasswordAuthenticator.user_password = os.environ.get("ROOM_PASSWORD", "")
c.SharedPasswordAuthenticator.admin_password = os.environ.get("ROOM_TRAINER_PASSWORD", "")
c.Authenticator.allowed_users = set(SEATS)
c.Authenticator.admin_users = {TRAINER}


def home(spawner):
    """A learner's home folder."""
    return f"/home/{spawner.user.name}"


if SYSTEMD == "systemd":
    # A unit each: when it ends, its cgroup ends, and the sandbox with it.
    c.JupyterHub.spawner_class = "systemd"
    c.SystemdSpawner.mem_limit = os.environ.get("ROOM_MEMORY", "1.5G")
    c.SystemdSpawner.cpu_limit = float(os.environ.get("ROOM_CORES") or 2)
    c.SystemdSpawner.isolate_tmp = True
    c.SystemdSpawner.disable_user_sudo = True
    # Whatever takes too much memory is ended alone; with `stop`, which is usual, all of the unit would be.
    c.SystemdSpawner.unit_extra_properties = {
        "TasksMax": "400", "TimeoutStopSec": "30", "OOMPolicy": "continue",
    }  # fmt: skip
    c.SystemdSpawner.username_template = "{USERNAME}"
    c.SystemdSpawner.user_workingdir = "/home/{USERNAME}"
else:
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

PYTHON = f"{AT}/venv/bin/python"
c.Spawner.cmd = [PYTHON, "-m", "tools.workshop.hub.seat"]
c.Spawner.notebook_dir = "~/course"
c.Spawner.default_url = os.environ.get("ROOM_PAGE", "")  # default: the course's first page
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 120
c.Spawner.args = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    f"--LabApp.app_settings_dir={ROOM['kit']}/tools/jupyterlab",
    # Of no use here: no language server is installed, and the pages are notebooks already.
    "--ServerApp.jpserver_extensions=jupyter_lsp=False",
    "--ServerApp.jpserver_extensions=jupyterlab_jupytext=False",
    f"--MappingKernelManager.cull_idle_timeout={max(60, int(IDLE * 60))}",
    "--MappingKernelManager.cull_interval=60",
    # Pages that were done stay open in a browser, each with a kernel of 100 MB.
    "--MappingKernelManager.cull_connected=True",
]
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.environment = {
    "PATH": f"{AT}/venv/bin:/usr/bin:/bin",
    "VIRTUAL_ENV": f"{AT}/venv",
    "JUPYTER_PREFER_ENV_PATH": "1",
    "PYTHONPATH": os.environ.get("ROOM_PYTHONPATH", ""),
    "KIT_VENV": f"{AT}/venv",
    "KIT_ENGINE_DIR": f"{AT}/engine",
    "KIT_HOME": lambda spawner: f"{home(spawner)}/.kit",
    "KIT_COURSE": lambda spawner: f"{home(spawner)}/course",
    "KIT_IDLE": str(IDLE),
    "KIT_SPEED": str(ROOM["speed"] or ""),  # measured once, for all
    "PYTHONDONTWRITEBYTECODE": "1",  # the shared folders are not theirs to write
}


def megabytes(folder):
    """How large a folder is."""
    done = subprocess.run(["du", "-sxm", folder], stdout=subprocess.PIPE, text=True, check=False)
    return int((done.stdout.split() or [0])[0])


def look_at_disk(spawner):
    """A server that starts on a full disk would end in words that nobody understands."""
    taken = megabytes(home(spawner))
    if taken > HOME:
        raise refused(
            507,
            f"Your home has {taken} MB, and each has {HOME} in this room. What you did is kept. Fix: "
            f"ask your trainer to remove what is large: du -ah {home(spawner)} | sort -h | tail",
        )
    free = shutil.disk_usage(home(spawner)).free // 10**6
    if free < SPACE:
        raise refused(
            507,
            f"The room's disk is full: {free} MB are free of {SPACE} that a start wants. What you did "
            "is kept. Fix: ask your trainer: python3 -m tools.workshop.hub list shows whose home is large",
        )


c.Spawner.pre_spawn_hook = look_at_disk


async def end_sandbox(spawner):
    """Who ends a notebook server (culled, stopped, signed out) ends its sandbox; all is saved."""
    name = spawner.user.name
    process = await asyncio.create_subprocess_exec(
        *("runuser", "-u", name, "--", "env", "-i", f"PATH={os.defpath}", f"HOME={home(spawner)}"),
        *(f"KIT_HOME={home(spawner)}/.kit", f"KIT_ENGINE_DIR={AT}/engine"),
        *(f"PYTHONPATH={os.environ.get('ROOM_PYTHONPATH', '')}", "PYTHONDONTWRITEBYTECODE=1"),
        *(PYTHON, "-m", "sandbox", "stop"),
        cwd="/",
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.wait_for(process.wait(), 60)
    except asyncio.TimeoutError:
        spawner.log.warning("the sandbox of %s did not end within a minute", name)


c.Spawner.post_stop_hook = end_sandbox

# Who is away for ROOM_IDLE minutes is ended; the next click starts all again, as it was.
CULL = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
TEND = ["admin:users", "servers", "list:users"]
c.JupyterHub.load_roles = [
    {"name": "cull", "services": ["cull"], "scopes": CULL},
    {"name": "tend", "services": ["tend"], "scopes": TEND},
]
every = str(min(60, max(1, int(IDLE * 30))))
c.JupyterHub.services = [
    {
        "name": "cull",
        "command": [f"{AT}/hub/bin/python", "-m", "jupyterhub_idle_culler",
                    f"--timeout={int(IDLE * 60)}", f"--cull-every={every}"],
    },
    {"name": "tend", "api_token": (STATE / "trainer-token").read_text().strip()},
    {  # who has more than ROOM_HOME at home is ended, before the disk is full for all
        "name": "homes",
        "command": [PYTHON, "-m", "tools.workshop.hub.homes"],
        "environment": {
            "ROOM": str(AT),
            "ROOM_URL": c.JupyterHub.bind_url,
            "ROOM_HOME": str(HOME),
            "PYTHONPATH": os.environ.get("ROOM_PYTHONPATH", ""),
        },
    },
]  # fmt: skip
