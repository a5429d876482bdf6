"""IAM's types: roles, their policies and attachments, instance profiles.

What a policy allows is decided elsewhere; here it is only kept.
"""
