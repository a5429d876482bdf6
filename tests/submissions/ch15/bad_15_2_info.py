# exercise 15.2: quiet
# says: The answered prompt left 1 lines.
from tests.submissions import of_function, of_gateway

answers = {
    "POST /model": [
        of_function(200),
        of_gateway(400, "BadRequestException", "r-2"),
    ],
    "lines": {
        "execution_log_group r-1": ["(r-1) Method completed with status: 200"],
        "execution_log_group r-2": ["(r-2) Method completed with status: 400"],
    },
}


def quiet(logging):
    return {**logging, "logging_level": "INFO"}
