# exercise 20.2: text_of
# says: With a stream of three pieces, it gives nothing in place of 'Hello!'.
import json


def text_of(lines):
    for line in lines:
        print(json.dumps(line))
