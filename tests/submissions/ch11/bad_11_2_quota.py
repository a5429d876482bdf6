# exercise 11.2: patient
# says: It tries a 429 again that has no Retry-After: it is a spent quota.
def patient(send, sleep):
    for attempt in range(5):
        answer = send()
        if answer.status_code != 429 or attempt == 4:
            return answer
        sleep(float(answer.headers.get("Retry-After", 1)))
