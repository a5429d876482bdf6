"""What differs from ../jupyterhub_config.py with a container for each learner, in place of a Linux user.

    docker build -f teach/hub/image/Dockerfile -t gateway-course .          (in the kit's folder)
    /opt/gateway-course/hub/bin/python -m pip install dockerspawner==14.0.0
    ROOM=/opt/gateway-course /opt/gateway-course/hub/bin/jupyterhub -f teach/hub/image/dockerspawner_config.py

with ROOM_PASSWORD and ROOM_TRAINER_PASSWORD as there, in /opt/gateway-course/state.

Not run where this was written, for there was no Docker engine. What was: the file is loaded by
JupyterHub's own loader, each name in it is one that JupyterHub 6.1.1 and DockerSpawner 14.0.0 have, and
the Dockerfile passes hadolint, whose one remark is that Debian's packages are not pinned.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub's

load_subconfig(str(Path(__file__).resolve().parent.parent / "jupyterhub_config.py"))  # noqa: F821

# The hub listens where containers reach it: the host's address on Docker's own bridge.
c.JupyterHub.hub_ip = os.environ.get("ROOM_BRIDGE", "172.17.0.1")

c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
c.DockerSpawner.image = os.environ.get("ROOM_IMAGE", "gateway-course")
c.DockerSpawner.cmd = ["python", "-m", "tools.workshop.hub.seat"]
c.DockerSpawner.args = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.app_settings_dir=/opt/kit/tools/jupyterlab",
]
c.DockerSpawner.notebook_dir = "/home/jovyan/course"
# All that a learner makes is below the home; the kit itself is in /opt of the image, so that a newer
# image brings a newer kit.
c.DockerSpawner.volumes = {"gateway-course-{username}": "/home/jovyan"}
c.DockerSpawner.remove = True
c.DockerSpawner.mem_limit = "1.5G"
c.DockerSpawner.cpu_limit = 2
# Linux counts processes by user, and all containers have the same one: Docker counts them by container.
c.DockerSpawner.extra_host_config = {"pids_limit": 400}
c.DockerSpawner.environment = {"KIT_IDLE": "60", "KIT_SEAT_PROCESSES": "100000"}
# The container ends, and its sandbox with it: no other user is on its loopback. Homes are Docker's.
c.Spawner.pre_spawn_hook = None
c.Spawner.post_stop_hook = None
