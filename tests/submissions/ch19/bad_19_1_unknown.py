# exercise 19.1: results
# says: With a call that fails, a function that is not there, your function raised KeyError
import json


def results(calls, functions):
    messages = []
    for call in calls:
        try:
            arguments = json.loads(call.function.arguments)
            text = str(functions[call.function.name](**arguments))
        except (ValueError, TypeError) as error:
            text = f"It failed: {error!r}"
        messages.append({"role": "tool", "tool_call_id": call.id, "content": text})
    return messages
