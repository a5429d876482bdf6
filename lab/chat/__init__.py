"""A conversation with the OpenAI-compatible endpoint: turns, events of a stream, `chat` and its
playground.

A single prompt to /model is lab.prompt's; the model itself is in gateway/functions.
"""
