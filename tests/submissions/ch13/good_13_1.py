# exercise 13.1: left
left = {
    "while it runs": 100,
    "after its answer": 230,
    "if the function had refused it": 300,
}
