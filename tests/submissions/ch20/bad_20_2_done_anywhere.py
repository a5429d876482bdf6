# exercise 20.2: text_of
# says: With a text with `data: ` in it, and a line end, it gives 'the data: \n' in place of
import json


def text_of(lines):
    text = ""
    for line in lines:
        if "[DONE]" in line:
            break
        if line:
            text += json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
    return text
