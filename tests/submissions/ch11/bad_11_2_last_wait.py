# exercise 11.2: patient
# says: It waits after the last try too, for nothing.
def patient(send, sleep):
    for _ in range(5):
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.status_code != 429 or wait is None:
            break
        sleep(float(wait))
    return answer
