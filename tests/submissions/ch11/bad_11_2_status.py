# exercise 11.2: patient
# says: It gives back a int, not the last answer of send().
def patient(send, sleep):
    return send().status_code
