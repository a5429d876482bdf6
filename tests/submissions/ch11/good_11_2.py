# exercise 11.2: patient
def patient(send, sleep):
    for attempt in range(5):
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.status_code != 429 or wait is None or attempt == 4:
            return answer
        sleep(float(wait))
