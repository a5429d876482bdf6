# exercise 20.2: text_of
# says: With a stream of three pieces, your function raised KeyError: 'message'.
import json


def text_of(lines):
    for line in lines:
        if line.startswith("data: {"):
            return json.loads(line[6:])["choices"][0]["message"]["content"]
