"""`predict`: a question that is answered before the answer can be seen.

It grades no exercise and deploys nothing.
"""
