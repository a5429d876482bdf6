"""What `pulumi up` runs here: read the settings, build the gateway."""

import sys
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType

import pulumi


class OthersRefused(MetaPathFinder):
    """`gateway` may be installed, by the course: it is another program."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse `gateway`; everything else is found elsewhere."""
        if name == "gateway":
            raise pulumi.RunError(
                "a file here imports gateway, which is another folder's "
                "program. Its own files it imports like this: "
                "from .settings import Settings"
            )


# This folder is a package called `here`, whatever the folder's own name:
# its files import each other from it, and nothing that is installed can
# stand in for one of them.
here = ModuleType("here")
here.__path__ = [str(Path(__file__).resolve().parent)]
sys.modules["here"] = here
sys.meta_path.insert(0, OthersRefused())

settings = import_module("here.settings").Settings.from_config()
import_module("here.program").gateway(settings)
