# exercise 16.1: company
import json

from tests.submissions import of_function

COUNTED = {"Namespace": "Company/Models", "Dimensions": [["gen_ai.request.model"]]}
answers = {
    "POST /model": of_function(200),
    "lines": {"log_group r-1": ["START", json.dumps({"_aws": {"CloudWatchMetrics": [COUNTED]}})]},
}


def company(variables):
    return {**variables, "METRICS_NAMESPACE": "Company/Models"}
