# exercise 18.1: carry_on
# says: After the answer, the question does not come as the last message, of the user.
def carry_on(messages, answer, question):
    asked = {"role": "user", "content": question}
    return [*messages, asked, {"role": "assistant", "content": answer}]
