"""`traffic`: a few calls a second for a while, and which backend answered each.

How backends are chosen is set in gateway/; here it is only looked at.
"""
