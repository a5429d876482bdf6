# exercise 15.1: took
# says: the way between the two: 5200 is wrong.
took = {
    "the gateway itself": 40,
    "the function's start": 5150,
    "the way between the two": 5200,
}
