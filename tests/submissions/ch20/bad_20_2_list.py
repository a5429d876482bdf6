# exercise 20.2: text_of
# says: With a stream of three pieces, it gives ['', 'Hel', 'lo', '!'] in place of 'Hello!'.
import json


def text_of(lines):
    found = []
    for line in lines:
        if line.startswith("data: {"):
            delta = json.loads(line[6:])["choices"][0]["delta"]
            found += [delta["content"]] if "content" in delta else []
    return found
