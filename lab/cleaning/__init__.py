"""`leftovers` and `clean_up`: what is ours by state and by tag, its end, and a receipt.

What a stack is made of is gateway's, and the engine's destroy is lab.session's. Nothing here deletes a thing whose tags do not say that it is this kit's.
"""
