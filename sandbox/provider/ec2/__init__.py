"""EC2's types: security groups and launch templates.

Instances are started by nobody here.
"""
