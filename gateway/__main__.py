"""What `pulumi up` runs in this folder: read the settings, build the gateway."""

from program import gateway
from settings import Settings

gateway(Settings.from_config())
