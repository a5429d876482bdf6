# exercise 19.2: few_tools
from tests.submissions import of_function, of_gateway


def chat(json, **more):
    if len(json.get("tools", [])) > 3 or not json["messages"]:
        return of_gateway(400, "BadRequestException")
    return of_function(404, error={"message": "There is no model 'none'."})


answers = {"POST /chat/completions": chat}


def few_tools(schema):
    return schema
