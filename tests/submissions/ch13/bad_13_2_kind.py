# exercise 13.2: fair
# says: A function is wanted, and this is a int.
fair = 150
