"""Faults put into the code, one at a time, to see whether the tests find them.

No file is changed, and no test runs here but to find a fault: `make test` and CI leave it alone.
"""
