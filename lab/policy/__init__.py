"""`policy_tester`: who may call a path of the API, decided as AWS decides, and why.

It enforces nothing: the sandbox's own decision is in sandbox.server.gateway, and the tester is
compared with it.
"""
