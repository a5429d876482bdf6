"""Load the configurations of a hub as JupyterHub does, and say what they come to: a line of JSON each.

Run by test_config, in a process of its own, for it puts the hub's packages beside the kit's.
"""

import asyncio
import json
import pwd
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

from jupyterhub import auth, proxy, spawner
from jupyterhub.app import JupyterHub
from jupyterhub.authenticators import shared
from jupyterhub.objects import Hub, Server
from systemdspawner import SystemdSpawner, systemd
from tornado.web import HTTPError
from traitlets import HasTraits
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

CLASSES = {each.__name__: each for each in (
    JupyterHub, auth.Authenticator, shared.SharedPasswordAuthenticator,
    proxy.ConfigurableHTTPProxy, spawner.Spawner, SystemdSpawner,
)}  # fmt: skip

with suppress(ImportError):  # not in the hub's lock: it is there for who has it
    from dockerspawner import DockerSpawner

    CLASSES["DockerSpawner"] = DockerSpawner


def unknown(config):
    """Names that no class has. A value of a wrong type raises TraitError."""
    for section, given in config.items():
        known = CLASSES.get(section)
        traits = known.class_traits(config=True) if known else {}
        for name, value in given.items():
            if known and name not in traits:
                yield f"{section}.{name}"
            elif known and hasattr(traits[name], "validate") and not name.endswith("_class"):
                traits[name].validate(HasTraits(), value)


def command(config):
    """What SystemdSpawner would run for a learner, with a systemd that only listens."""
    seen = {}

    async def run(unit, **given):
        seen.update(given, unit=unit)

    async def no(unit):
        return False

    systemd.start_transient_service, systemd.service_running, systemd.service_failed = run, no, no
    me = pwd.getpwuid(0).pw_name
    user = SimpleNamespace(
        name=me, id=1, admin=False, escaped_name=me, url=f"/user/{me}/", proxy_spec=f"/user/{me}/",
        server=Server(ip="127.0.0.1", port=1, base_url=f"/user/{me}/"), settings={},
    )  # fmt: skip
    one = SystemdSpawner(
        config=Config(config), user=user, hub=Hub(ip="127.0.0.1", port=8081), _mock=True
    )
    one.username_template, one.start_timeout, one.api_token = "{USERNAME}", 0, "token"
    one.server = user.server
    asyncio.run(one.start())
    return {
        "cmd": [*seen["cmd"], *seen["args"]],
        "properties": seen["properties"],
        "environ": seen["environment_variables"],
        "uid": seen["uid"],
    }


def words(config):
    """What is said to who has no seat, and to who begins on a full disk."""
    given = config.JupyterHub.get("authenticator_class")
    if not isinstance(given, type):
        return {}
    told = {}
    try:
        given().check_allowed("zoe")
    except HTTPError as error:
        told["no seat"] = error.jupyterhub_message
    told["seat"] = given().check_allowed("ada") and given().check_allowed("trainer")
    hook = config.Spawner.pre_spawn_hook
    if hook:
        hook.__globals__["shutil"] = SimpleNamespace(
            disk_usage=lambda path: SimpleNamespace(free=12_000_000)
        )
        for what, size in (("full", 0), ("large", 2345)):
            hook.__globals__["megabytes"] = lambda folder, size=size: size
            try:
                hook(SimpleNamespace(user=SimpleNamespace(name="ada")))
            except HTTPError as error:
                told[what] = error.jupyterhub_message
    return told


for path in map(Path, sys.argv[1:]):
    config = PyFileConfigLoader(path.name, str(path.parent)).load_config()
    told = {"sections": sorted(config), "unknown": list(unknown(config))}
    if "SystemdSpawner" in config:
        told |= command(config)
    told |= words(config)
    print(json.dumps(told, default=str))
