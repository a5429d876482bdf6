"""Check: the arguments of a program made complete, or refused in the official words.

Nothing is called here: what AWS alone can refuse, it refuses when it is asked.
"""
