"""IAM's types: roles, their policies and attachments.

What a policy allows is decided elsewhere; here it is only kept.
"""
