# exercise 9.2: patient
# says: A function is wanted, and this is a int.
patient = 5
