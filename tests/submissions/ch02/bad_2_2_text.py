# exercise 2.2: memory
# says: A number is wanted, and this is '3538'.
memory = "3538"
