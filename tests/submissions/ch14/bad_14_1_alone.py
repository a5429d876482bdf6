# exercise 14.1: with_agent
# says: The line has no 'requestId' any more.
import json

from tests.submissions import of_gateway

answers = {
    "GET /model": of_gateway(401, "UnauthorizedException"),
    "lines": {"access_log_group r-1": [json.dumps({"agent": "course-checker/1.0"})]},
}


def with_agent(fields):
    return {"agent": "$context.identity.userAgent"}
