"""What `pulumi up` runs here: read the settings, build the gateway."""

from program import gateway
from settings import Settings

gateway(Settings.from_config())
