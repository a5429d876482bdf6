"""What stands before an API: the firewall, user pools, the words of a refusal.

API keys, authorizers and policies of an API are the gateway's.
"""
