# exercise 11.2: patient
# says: It waited 0 s in all; two answers said Retry-After: 2.
def patient(send, sleep):
    for _ in range(5):
        answer = send()
        if answer.status_code != 429 or "Retry-After" not in answer.headers:
            break
    return answer
