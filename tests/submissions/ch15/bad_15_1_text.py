# exercise 15.1: took
# says: the gateway itself: '40 ms' is no number.
took = {
    "the gateway itself": "40 ms",
    "the function's start": 5150,
    "the way between the two": 50,
}
