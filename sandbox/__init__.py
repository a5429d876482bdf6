"""AWS on a laptop: the Pulumi CLI, the emulated cloud, and the provider between them."""
