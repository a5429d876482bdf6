# exercise 18.1: carry_on
# says: It gives a str.
def carry_on(messages, answer, question):
    return answer + question
