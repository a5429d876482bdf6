# exercise 10.2: machines
# says: A function is wanted, and this is a list.
machines = []
