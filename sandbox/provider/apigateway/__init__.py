"""API Gateway's types: REST APIs and all that belongs to one.

How API Gateway behaves is sandbox.server's; here are the calls that a resource's life needs.
"""
