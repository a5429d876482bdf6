"""The session of a notebook: which stack, on which target, and plan, up, outputs and destroy on it.

What a deployment looks like while it runs is lab.deploy's; no prompt is sent from here.
"""
