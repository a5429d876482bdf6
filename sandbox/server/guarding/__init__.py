"""What stands before an API and before the account: who may knock, whose signature counts, the
firewall, user pools, the words of a refusal.

API keys, authorizers and policies of an API are the gateway's.
"""
