# exercise 13.1: left
# says: after its answer: 100 is wrong. Settled is what it needed: the prompt and the answer.
left = {
    "while it runs": 100,
    "after its answer": 100,
    "if the function had refused it": 100,
}
