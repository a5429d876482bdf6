# exercise 13.2: fair
# says: A call that may need more than 150 tokens gets 200:
from dataclasses import replace

from gateway import budget as counter
from tests.submissions import of_function


def answer(json, headers):
    return of_function(200, response="Hello.")


answers = {"POST /model": answer}


def fair(settings, budget):
    share = 300 // len(settings.teams)
    return counter.budget_variables(replace(settings, tokens_per_day=share), budget)
