# exercise 19.2: few_tools
# says: A conversation without messages gets 404 from the function: it was the gateway's 400 before.
from tests.submissions import of_function, of_gateway


def chat(json, **more):
    if len(json.get("tools", [])) > 3:
        return of_gateway(400, "BadRequestException")
    return of_function(404, error={"message": "There is no model 'none'."})


answers = {"POST /chat/completions": chat}


def few_tools(schema):
    return schema
