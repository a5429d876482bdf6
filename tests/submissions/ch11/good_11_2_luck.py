# exercise 11.2: patient
import random


def patient(send, sleep):
    tries = 1
    answer = send()
    while answer.status_code == 429 and "Retry-After" in answer.headers and tries < 5:
        sleep(float(answer.headers["Retry-After"]) * (1 + random.random()))
        answer = send()
        tries += 1
    return answer
