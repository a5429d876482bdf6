"""The server of a sandbox: the emulator, and what it lacks, in one process.

`__main__` starts it, `additions` puts our parts into the emulator, `app` is what it serves: deployed
APIs through `gateway`, all else through the emulator and the planes of `control`. `base.emulator` is
the only place that imports the emulator's insides: what it names is what a new version has to keep.
"""
