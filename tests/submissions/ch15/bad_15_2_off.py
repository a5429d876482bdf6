# exercise 15.2: quiet
# says: A prompt that failed with 400 left no line either.
from tests.submissions import of_function, of_gateway

answers = {
    "POST /model": [
        of_function(200),
        of_gateway(400, "BadRequestException", "r-2"),
    ],
    "lines": {
        "execution_log_group r-1": [],
        "execution_log_group r-2": [],
    },
}


def quiet(logging):
    return {**logging, "logging_level": "OFF"}
