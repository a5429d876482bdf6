# exercise 20.2: text_of
# says: With a piece without choices, which counts the tokens, your function raised IndexError
import json


def text_of(lines):
    text = ""
    for line in lines:
        if line and line != "data: [DONE]":
            text += json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
    return text
