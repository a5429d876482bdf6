"""The kit in The Littlest JupyterHub: copy this file to /opt/tljh/config/jupyterhub_config.d/.

TLJH keeps its own hub, proxy, sign-in and users (`jupyter-NAME`, made at the first sign-in, homes of
mode 0700), and starts each server as a unit of systemd. This says what a unit runs: the kit's Python,
which `python3 -m tools.workshop.hub prepare` has put into /opt/gateway-course, in place of TLJH's
/opt/tljh/user. Then: sudo tljh-config reload hub. Limits are TLJH's own: sudo tljh-config set
limits.memory 1.5G, limits.cpu 2; who is away is ended by its culler (services.cull.timeout).

TLJH itself was not run where this was written. What was: the file is loaded by JupyterHub's own
loader, each name in it is one that SystemdSpawner has, the command that SystemdSpawner makes of it
is compared, and its properties pass `systemd-analyze verify`. The same properties ran with this
kit's own hub: README.md beside this folder.
"""

import json
import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub's

AT = Path(os.environ.get("ROOM", "/opt/gateway-course"))
ROOM = json.loads((AT / "room.json").read_text())

# The page, the learner's own copies and KIT_HOME are found below HOME, which systemd sets.
c.Spawner.cmd = [f"{AT}/venv/bin/python", "-m", "tools.workshop.hub.seat"]
c.Spawner.notebook_dir = "~/course"
c.Spawner.start_timeout = 180
c.Spawner.http_timeout = 120
c.Spawner.args = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    f"--LabApp.app_settings_dir={ROOM['kit']}/tools/jupyterlab",
    # Pages that were done stay open in a browser, each with a kernel of 100 MB.
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--MappingKernelManager.cull_connected=True",
]
c.Spawner.environment = {
    "VIRTUAL_ENV": f"{AT}/venv",
    "JUPYTER_PREFER_ENV_PATH": "1",
    "KIT_VENV": f"{AT}/venv",
    "KIT_ENGINE_DIR": f"{AT}/engine",
    "KIT_IDLE": "60",
    "KIT_SPEED": str(ROOM["speed"] or ""),  # measured once, for all
    "PYTHONDONTWRITEBYTECODE": "1",  # the shared folders are not theirs to write
}
# Before TLJH's /opt/tljh/user/bin: what a terminal or a cell calls `python` is the kit's.
c.SystemdSpawner.extra_paths = [f"{AT}/venv/bin"]
c.SystemdSpawner.isolate_tmp = True
# A unit that ends takes its cgroup along, and so the sandbox: SIGTERM, on which it saves.
# Whatever takes too much memory is ended alone; with `stop`, which is usual, all of the unit would be.
c.SystemdSpawner.unit_extra_properties = {
    "TasksMax": "400", "TimeoutStopSec": "30", "OOMPolicy": "continue",
}  # fmt: skip
