# exercise 16.1: company
# says: The checker's prompt gets 401: No.
import json

from tests.submissions import of_gateway

COUNTED = {"Namespace": "Company/Models", "Dimensions": [["gen_ai.request.model"]]}
answers = {
    "POST /model": of_gateway(401, "UnauthorizedException"),
    "lines": {"log_group r-1": ["START", json.dumps({"_aws": {"CloudWatchMetrics": [COUNTED]}})]},
}


def company(variables):
    return {**variables, "METRICS_NAMESPACE": "Company/Models"}
