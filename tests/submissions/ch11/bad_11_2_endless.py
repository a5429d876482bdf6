# exercise 11.2: patient
# says: It tries again without end.
def patient(send, sleep):
    while True:
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.status_code != 429 or wait is None:
            return answer
        sleep(float(wait))
