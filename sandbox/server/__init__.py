"""The server of a sandbox: the emulator, and what it lacks, in one process.

`__main__` starts it, `app` is what it serves. `snapshots` and `patch` put the control plane of API
Gateway right, `dataplane` and the modules around it serve what is deployed, `worker` runs Lambda
functions, `persistence` keeps the state on disk. `emulator` is the only place that imports the
emulator's insides: what it names is what a new version of it has to keep.
"""
