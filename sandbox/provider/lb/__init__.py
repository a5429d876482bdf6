"""Elastic Load Balancing's types: balancers, target groups, listeners, rules.

No request is balanced here.
"""
