"""What `pulumi up` runs here: read the settings, build the gateway."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

# This folder is a package called `here`, whatever the folder's own name:
# its files import each other from it, and nothing that is installed can
# stand in for one of them.
here = ModuleType("here")
here.__path__ = [str(Path(__file__).resolve().parent)]
sys.modules["here"] = here

settings = import_module("here.settings").Settings.from_config()
import_module("here.program").gateway(settings)
