# exercise 9.3: patient
# says: A function is wanted, and this is a int.
patient = 5
