"""A notebook as its checks see it: cells and headings, what its code needs, what it promises.

Nothing here builds or runs one.
"""
