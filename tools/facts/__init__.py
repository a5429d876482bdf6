"""Condenses what others have measured or written down into the kit's tables: the official provider's
behaviour, AWS's reference of actions.

It runs no provider and measures nothing: what it reads is handed in, as files.
"""
