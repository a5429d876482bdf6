# exercise 14.1: with_agent
# says: The checker's call left no line.
from tests.submissions import of_gateway

answers = {
    "GET /model": of_gateway(401, "UnauthorizedException"),
    "lines": {"access_log_group r-1": []},
}


def with_agent(fields):
    return {**fields, "agent": "$context.identity.userAgent"}
