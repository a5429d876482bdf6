# exercise 14.1: with_agent
# says: Nothing is deployed that could be called.
answers = None


def with_agent(fields):
    return {**fields, "agent": "$context.identity.userAgent"}
