# exercise 15.1: took
# says: the gateway itself: 6140 is wrong.
took = {
    "the gateway itself": 6140,
    "the function's start": 5150,
    "the way between the two": 50,
}
