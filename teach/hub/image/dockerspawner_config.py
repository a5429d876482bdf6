"""What differs from ../jupyterhub_config.py with a container for each learner, in place of a Linux user.

    docker build -f teach/hub/image/Dockerfile -t gateway-course .          (in the kit's folder)
    sudo /usr/bin/python3 -m tools.workshop.hub prepare
    sudo /opt/gateway-course/hub/bin/python -m pip install dockerspawner==14.0.0
    export ROOM_SPAWNER=docker
    sudo -E /usr/bin/python3 -m tools.workshop.hub seats 12
    sudo -E /usr/bin/python3 -m tools.workshop.hub start

with ROOM_PASSWORD and ROOM_TRAINER_PASSWORD as there. ROOM_IMAGE is the image's name, ROOM_BRIDGE the
address of this machine on Docker's bridge; ROOM_MEMORY and ROOM_CORES are what each learner has.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub's

load_subconfig(str(Path(__file__).resolve().parent.parent / "jupyterhub_config.py"))  # noqa: F821

# The hub listens where containers reach it, and nobody else: this machine's address on Docker's own bridge.
c.JupyterHub.hub_ip = os.environ.get("ROOM_BRIDGE") or "172.17.0.1"

c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
c.DockerSpawner.image = os.environ.get("ROOM_IMAGE", "gateway-course")
c.DockerSpawner.cmd = ["python", "-m", "tools.workshop.hub.seat"]
c.DockerSpawner.args = [
    *(each for each in c.Spawner.args if "app_settings_dir" not in each),
    "--LabApp.app_settings_dir=/opt/kit/tools/jupyterlab",
]
c.DockerSpawner.notebook_dir = "/home/jovyan/course"
# All that a learner makes is below the home; the kit itself is in /opt of the image, so that a newer
# image brings a newer kit.
c.DockerSpawner.volumes = {"gateway-course-{username}": "/home/jovyan"}
c.DockerSpawner.remove = True
c.DockerSpawner.mem_limit = os.environ.get("ROOM_MEMORY", "1.5G")
c.DockerSpawner.cpu_limit = float(os.environ.get("ROOM_CORES") or 2)
# Linux counts processes by user, and all containers have the same one: Docker counts them by container.
c.DockerSpawner.extra_host_config = {"pids_limit": 400}
c.DockerSpawner.environment = {
    **{name: c.Spawner.environment[name] for name in ("KIT_IDLE", "KIT_SPEED")},
    "KIT_SEAT_PROCESSES": "100000",
}
# The container ends, and its sandbox with it: no other user is on its loopback. Homes are Docker's.
c.Spawner.pre_spawn_hook = None
c.Spawner.post_stop_hook = None
