# exercise 18.1: carry_on
def carry_on(messages, answer, question):
    return [
        *messages,
        {"role": "assistant", "content": answer},
        {"role": "user", "content": question},
    ]
