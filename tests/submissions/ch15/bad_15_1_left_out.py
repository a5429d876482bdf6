# exercise 15.1: took
# says: The dict has no "the function's start" any more.
took = {
    "the gateway itself": 40,
    "the start": 5150,
    "the way between the two": 50,
}
