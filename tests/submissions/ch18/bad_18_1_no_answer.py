# exercise 18.1: carry_on
# says: The answer is not among the messages, or not as the model's.
def carry_on(messages, answer, question):
    return [*messages, {"role": "user", "content": question}]
