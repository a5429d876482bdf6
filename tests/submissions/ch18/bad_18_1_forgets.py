# exercise 18.1: carry_on
# says: What was said before is not sent again, so the model would not know of it.
def carry_on(messages, answer, question):
    return [{"role": "user", "content": question}]
