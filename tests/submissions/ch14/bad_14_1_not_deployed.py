# exercise 14.1: with_agent
# says: The line has no field 'agent'.
import json

from tests.submissions import of_gateway

answers = {
    "GET /model": of_gateway(401, "UnauthorizedException"),
    "lines": {
        "access_log_group r-1": [
            json.dumps({"requestId": "r-1", "status": "401", "latency": "3", "team": "-"})
        ]
    },
}


def with_agent(fields):
    return {**fields, "agent": "$context.identity.userAgent"}
