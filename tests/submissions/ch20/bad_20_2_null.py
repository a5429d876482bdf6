# exercise 20.2: text_of
# says: With a piece whose content is null, your function raised TypeError
import json


def text_of(lines):
    text = ""
    for line in lines:
        if line and line != "data: [DONE]":
            text += json.loads(line[6:])["choices"][0]["delta"].get("content", "")
    return text
