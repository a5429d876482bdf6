# exercise 20.2: text_of
import json


def text_of(lines):
    data = [line[6:] for line in lines if line.startswith("data: {")]
    chunks = [json.loads(one)["choices"] for one in data]
    return "".join(found[0]["delta"].get("content") or "" for found in chunks if found)
