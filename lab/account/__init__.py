"""An AWS account before a chapter is deployed to it: who you are, what it lacks, costs, and who may.

Nothing here makes or changes anything in an account, and no key or token is ever shown.
"""
