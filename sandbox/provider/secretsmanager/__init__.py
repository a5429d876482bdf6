"""Secrets Manager's types: secrets and their versions.

Values go to AWS and into the state as secrets, never into a message.
"""
