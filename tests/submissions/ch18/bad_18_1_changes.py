# exercise 18.1: carry_on
# says: It changes the list that it was given, which is somebody else's.
def carry_on(messages, answer, question):
    messages.append({"role": "assistant", "content": answer})
    messages.append({"role": "user", "content": question})
    return messages
