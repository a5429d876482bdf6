"""Programs of others that the tests run unmodified: each is made once, apart from the kit's packages.

What the kit itself needs to run is never here: that is `environment.py`, which sets it up.
"""
