# exercise 21.1: to_chat
from copy import deepcopy


def to_chat(body):
    chat = deepcopy(body)
    system, stop = chat.pop("system", None), chat.pop("stop_sequences", None)
    if system is not None:
        chat["messages"].insert(0, {"role": "system", "content": system})
    if stop is not None:
        chat["stop"] = stop
    for one in chat["messages"]:
        if isinstance(one["content"], list):
            one["content"] = "".join(block["text"] for block in one["content"])
    return chat
