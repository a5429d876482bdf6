# exercise 24.1: quarter
# says: It gives None.
def quarter(stable, candidate):
    print(stable, candidate)
