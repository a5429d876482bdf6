# exercise 14.1: with_agent
# says: The line is no JSON: r-1 401 course-checker/1.0
from tests.submissions import of_gateway

answers = {
    "GET /model": of_gateway(401, "UnauthorizedException"),
    "lines": {"access_log_group r-1": ["r-1 401 course-checker/1.0"]},
}


def with_agent(fields):
    return "$context.requestId"
