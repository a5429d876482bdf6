# exercise 15.1: took
# says: the function's start: 6050 is wrong.
took = {
    "the gateway itself": 40,
    "the function's start": 6050,
    "the way between the two": 50,
}
