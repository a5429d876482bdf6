# exercise 15.1: took
took = {
    "the gateway itself": 6140 - 6100,
    "the function's start": 5150,
    "the way between the two": 6100 - 5150 - 900,
}
