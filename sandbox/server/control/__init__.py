"""The control planes of all services: what is checked, refused and worded before the emulator acts.

API Gateway's own rules have their room, and load balancers' theirs.
"""
