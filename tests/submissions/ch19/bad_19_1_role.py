# exercise 19.1: results
# says: The role is 'user'.
import json


def results(calls, functions):
    messages = []
    for call in calls:
        try:
            arguments = json.loads(call.function.arguments)
            text = str(functions[call.function.name](**arguments))
        except (ValueError, KeyError, TypeError) as error:
            text = f"It failed: {error!r}"
        messages.append({"role": "user", "tool_call_id": call.id, "content": text})
    return messages
