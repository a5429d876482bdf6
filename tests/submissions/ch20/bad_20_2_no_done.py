# exercise 20.2: text_of
# says: With a stream of three pieces, your function raised JSONDecodeError
import json


def text_of(lines):
    text = ""
    for line in lines:
        if line:
            text += json.loads(line[6:])["choices"][0]["delta"].get("content", "")
    return text
