# exercise 15.2: quiet
# says: The checker's prompt gets 401: No.
from tests.submissions import of_gateway

answers = {
    "POST /model": [
        of_gateway(401, "UnauthorizedException"),
        of_gateway(400, "BadRequestException", "r-2"),
    ],
    "lines": {
        "execution_log_group r-1": [],
        "execution_log_group r-2": [],
    },
}


def quiet(logging):
    return {**logging, "logging_level": "ERROR"}
