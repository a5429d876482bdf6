# exercise 11.2: patient
# says: It waited 1 s in all; two answers said Retry-After: 2.
def patient(send, sleep):
    for attempt in range(5):
        answer = send()
        if answer.status_code != 429 or "Retry-After" not in answer.headers or attempt == 4:
            return answer
        sleep(0.5)
