# exercise 25.2: quarter
# says: It gives None.
def quarter(stable, candidate):
    print(stable, candidate)
