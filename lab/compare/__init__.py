"""`compare`: one prompt, two settings, two answers beside each other.

A prompt alone is lab.prompt's, which also carries both of these.
"""
