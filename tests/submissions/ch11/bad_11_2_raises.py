# exercise 11.2: patient
# says: With a 200, your function raised KeyError: 'Retry-After'.
def patient(send, sleep):
    for attempt in range(5):
        answer = send()
        wait = float(answer.headers["Retry-After"])
        if answer.status_code != 429 or attempt == 4:
            return answer
        sleep(wait)
