"""Load balancers, their targets, Auto Scaling and launch templates: what the emulator forgets of
them.

REST APIs and functions are other rooms'.
"""
