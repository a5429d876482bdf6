# exercise 21.1: to_chat
# says: With stop_sequences, it gives {'model': 'm'
def text(said):
    if isinstance(said, str):
        return said
    return "".join(block["text"] for block in said)


def to_chat(body):
    turns = [{**one, "content": text(one["content"])} for one in body["messages"]]
    chat = {**body, "messages": turns}
    if "system" in chat:
        first = {"role": "system", "content": text(chat.pop("system"))}
        chat["messages"] = [first, *turns]
    if "stop_sequences" in chat:
        chat["stop"] = chat["stop_sequences"]
    return chat
