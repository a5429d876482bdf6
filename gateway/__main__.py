"""What `pulumi up` runs here: read the settings, build the gateway."""

import sys
from pathlib import Path

# The program's files import each other from the package `gateway`, which is
# this folder. If you give it another name, change their imports too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from gateway.program import gateway
from gateway.settings import Settings

gateway(Settings.from_config())
