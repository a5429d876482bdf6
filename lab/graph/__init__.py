"""`graph`: the stack's resources as a picture, by the way of a request; deployed or planned.

Nothing here deploys or plans: a state is read, or a plan is handed in.
"""
