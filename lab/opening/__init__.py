"""`start`, the first call of every notebook: it opens the session and shows its card.

It deploys nothing, and judges no machine: that is lab.preflight's.
"""
