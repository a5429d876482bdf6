# exercise 11.2: patient
# says: It gives back a NoneType, not the last answer of send().
def patient(send, sleep):
    for _ in range(5):
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.status_code != 429 or wait is None:
            return answer
        sleep(float(wait))
