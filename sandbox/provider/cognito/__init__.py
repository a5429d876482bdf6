"""Cognito's types: user pools, their clients, resource servers and domains.

Nobody signs in here: tokens are the emulator's.
"""
