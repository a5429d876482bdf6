# exercise 9.3: patient
# says: It gives back a int, not the last answer of send().
def patient(send, sleep):
    return send().status_code
