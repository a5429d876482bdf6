# exercise 14.1: with_agent
# says: A function is wanted, and this is a dict.
with_agent = {"agent": "$context.identity.userAgent"}
