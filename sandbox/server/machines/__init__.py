"""EC2 instances as processes of this machine: user data, addresses, credentials, logs, their end.

Who wants them, and which requests they get, is the rooms `scaling`'s and `balancing`'s business.
"""
