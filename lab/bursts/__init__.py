"""`burst`: many calls at once, what a token bucket foretells of them, and what was measured.

How much the gateway lets through is only read here, and set in gateway/.
"""
