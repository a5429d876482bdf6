"""More than one backend: who is asked next when one refuses, and when one is not asked at all.

Nothing is tried again once a caller has seen a token, and no backend knows of the others.
"""
