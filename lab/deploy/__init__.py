"""A deployment as rows: the engine's events, where resources come from, what errors mean, and the
tree.

It never runs the engine and never waits: lab.session does.
"""
