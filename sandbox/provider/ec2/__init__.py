"""EC2's types: security groups, their rules and launch templates.

Instances are started by nobody here.
"""
