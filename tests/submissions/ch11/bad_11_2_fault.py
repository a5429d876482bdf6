# exercise 11.2: patient
# says: It tries a 503 again that is no 429.
def patient(send, sleep):
    for attempt in range(5):
        answer = send()
        wait = answer.headers.get("Retry-After")
        if answer.ok or attempt == 4 or (answer.status_code == 429 and wait is None):
            return answer
        sleep(float(wait or 1))
