"""A prompt and its answer: the request, the key it carries, the way there, `ask` and the
playground.

Conversations and their streams are lab.chat's, which builds on this room; nothing here knows of
them.
"""
