# exercise 1.1: trust
# says: The policy has no Statement.
trust = {"Version": "2012-10-17", "Statement": []}
