# exercise 20.2: text_of
import json


def text_of(lines):
    pieces = []
    for line in lines:
        if not line.startswith("data:"):
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            break
        choices = json.loads(data)["choices"]
        if choices and choices[0]["delta"].get("content"):
            pieces.append(choices[0]["delta"]["content"])
    return "".join(pieces)
