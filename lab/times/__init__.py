"""`times`: of the seconds that an answer took, which were the gateway's, the function's, the model's.

Nothing is measured here: the logs of a request have told it, or nobody has.
"""
