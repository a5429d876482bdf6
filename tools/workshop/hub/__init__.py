"""One server for a room: what the hub is made of, the learners' users, and what each of them starts.

How the hub itself behaves is never said here: that is teach/hub/jupyterhub_config.py.
"""
