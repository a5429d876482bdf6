# exercise 1.1: trust
# says: A policy is a dict, and this is a int.
trust = 42
