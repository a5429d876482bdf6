# exercise 16.1: company
# says: The function counted nothing: its line has no _aws.

from tests.submissions import of_function

COUNTED = {"Namespace": "Company/Models", "Dimensions": [["gen_ai.request.model"]]}
answers = {
    "POST /model": of_function(200),
    "lines": {"log_group r-1": ["START", "START"]},
}


def company(variables):
    return {"MODEL_NAME": "mine"}
