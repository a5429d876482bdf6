# exercise 11.2: patient
# says: A function is wanted, and this is a int.
patient = 5
