# exercise 20.2: text_of
# says: With a stream of three pieces, your function raised JSONDecodeError
import json


def text_of(lines):
    return "".join(json.loads(line)["choices"][0]["delta"]["content"] for line in lines)
