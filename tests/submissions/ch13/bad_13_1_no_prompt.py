# exercise 13.1: left
# says: while it runs: 150 is wrong. Reserved is what it may need at most: the prompt and max_tokens.
left = {
    "while it runs": 150,
    "after its answer": 280,
    "if the function had refused it": 300,
}
