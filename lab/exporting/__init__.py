"""`export`: gateway/ cut to what a chapter has, as a folder of its own that deploys by itself.

What a step makes is never changed here: steps go along as they are, or they stay away.
"""
