"""What differs from ../jupyterhub_config.py with a container for each learner: not run here.

It needs `dockerspawner` beside the hub, and a network on which the hub reaches the containers.
"""

from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub's

load_subconfig(str(Path(__file__).resolve().parent.parent / "jupyterhub_config.py"))  # noqa: F821

c.JupyterHub.spawner_class = "dockerspawner.DockerSpawner"
c.DockerSpawner.image = "gateway-course"
c.DockerSpawner.cmd = ["python", "-m", "tools.workshop.hub.seat"]
c.DockerSpawner.notebook_dir = "/home/jovyan/course"
c.DockerSpawner.volumes = {"gateway-course-{username}": "/home/jovyan"}  # survives the container
c.DockerSpawner.remove = True
c.DockerSpawner.mem_limit = "1.5G"
c.DockerSpawner.cpu_limit = 2
c.DockerSpawner.environment = {"KIT_IDLE": "60"}
# The container ends, and its sandbox with it: no other user is on its loopback.
c.Spawner.post_stop_hook = None
