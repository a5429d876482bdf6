# exercise 15.1: took
took = {
    "the gateway itself": 40,
    "the function's start": 5150,
    "the way between the two": 50,
}
