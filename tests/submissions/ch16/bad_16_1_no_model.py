# exercise 16.1: company
# says: The model is no dimension any more.
import json

from tests.submissions import of_function

COUNTED = {"Namespace": "Company/Models", "Dimensions": [[]]}
answers = {
    "POST /model": of_function(200),
    "lines": {"log_group r-1": ["START", json.dumps({"_aws": {"CloudWatchMetrics": [COUNTED]}})]},
}


def company(variables):
    return {**variables, "METRICS_NAMESPACE": "Company/Models"}
