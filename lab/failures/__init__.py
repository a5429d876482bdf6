"""`failures`: each way in which backends fail, provoked, and what a caller sees of it.

The table of conditions and the code that is tried are gateway's: they go with a copy of it.
"""
