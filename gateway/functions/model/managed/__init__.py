"""A model elsewhere that speaks OpenAI's chat completions, and the key that it wants.

How it is asked is never here: failover/remote.py does that. No key is ever in the environment.
"""
