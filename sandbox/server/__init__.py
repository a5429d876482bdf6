"""The server of a sandbox: `additions` puts our parts into the emulator, `app` is what it serves.

Nothing here knows Pulumi but `provider_child`, which keeps the provider running beside it; and only
`base.emulator` imports the emulator's insides: what it names, a new version of it has to keep.
"""
