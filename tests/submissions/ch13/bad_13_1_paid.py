# exercise 13.1: left
# says: if the function had refused it: 250 is wrong. A call without an answer gives all of it back.
left = {
    "while it runs": 100,
    "after its answer": 230,
    "if the function had refused it": 250,
}
