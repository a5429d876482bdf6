# exercise 13.1: left
# says: while it runs: '100' is no number of tokens.
left = {
    "while it runs": "100",
    "after its answer": 230,
    "if the function had refused it": 300,
}
