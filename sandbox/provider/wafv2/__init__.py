"""WAF's types: web ACLs, and what they stand before.

No request is looked at here.
"""
