# exercise 20.2: text_of
# says: With a line that begins with a colon
import json


def text_of(lines):
    text = ""
    for line in lines:
        if line and line != "data: [DONE]":
            for choice in json.loads(line[6:])["choices"]:
                text += choice["delta"].get("content") or ""
    return text
