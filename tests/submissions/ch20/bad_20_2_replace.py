# exercise 20.2: text_of
# says: With a text with `data: ` in it, and a line end, it gives 'the \n [DONE]' in place of
import json


def text_of(lines):
    text = ""
    for line in lines:
        data = line.replace("data: ", "")
        if data and not data.startswith("["):
            text += json.loads(data)["choices"][0]["delta"].get("content") or ""
    return text
