# exercise 11.2: patient
# says: It gave up after 3 tries.
def patient(send, sleep):
    for attempt in range(3):
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.status_code != 429 or wait is None or attempt == 2:
            return answer
        sleep(float(wait))
