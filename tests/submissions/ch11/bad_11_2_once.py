# exercise 11.2: patient
# says: After a 429 with Retry-After, it sent 1 times where the third answer was 200.
def patient(send, sleep):
    answer = send()
    return answer
