# exercise 19.1: results
# says: The call add({"a": 2, "b": 3}) is told as 'add'.
import json


def results(calls, functions):
    messages = []
    for call in calls:
        try:
            arguments = json.loads(call.function.arguments)
            text = call.function.name if arguments else "{}"
        except (ValueError, KeyError, TypeError) as error:
            text = f"It failed: {error!r}"
        messages.append({"role": "tool", "tool_call_id": call.id, "content": text})
    return messages
