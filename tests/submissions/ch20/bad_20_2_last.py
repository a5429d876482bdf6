# exercise 20.2: text_of
# says: With a stream of three pieces, it gives '!' in place of 'Hello!'.
import json


def text_of(lines):
    text = ""
    for line in lines:
        if line.startswith("data: {"):
            text = json.loads(line[6:])["choices"][0]["delta"].get("content") or text
    return text
