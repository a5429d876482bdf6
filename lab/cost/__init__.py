"""`cost`: what a model's three homes cost, from the seconds and tokens of calls that were made.

Nothing here asks AWS for a price: each is written down with its region and date, and can be changed.
"""
