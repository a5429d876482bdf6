# exercise 18.1: carry_on
# says: Your function raised TypeError: can only concatenate list (not "str") to list.
def carry_on(messages, answer, question):
    return messages + answer
