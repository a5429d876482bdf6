# exercise 21.1: to_chat
# says: With blocks of text, it gives {'model': 'm'
def text(said):
    if isinstance(said, str):
        return said
    return "".join(block["text"] for block in said)


def to_chat(body):
    turns = [dict(one) for one in body["messages"]]
    chat = {**body, "messages": turns}
    if "system" in chat:
        first = {"role": "system", "content": text(chat.pop("system"))}
        chat["messages"] = [first, *turns]
    if "stop_sequences" in chat:
        chat["stop"] = chat.pop("stop_sequences")
    return chat
