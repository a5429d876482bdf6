# exercise 13.2: fair
from dataclasses import replace

from gateway import budget as counter
from tests.submissions import of_function


def answer(json, headers):
    if json["max_tokens"] > 100:
        return of_function(429, error={"message": "Fewer are left of the 150 of this key."})
    return of_function(200, response="Hello.")


answers = {"POST /model": answer}


def fair(settings, budget):
    share = 300 // len(settings.teams)
    return counter.budget_variables(replace(settings, tokens_per_day=share), budget)
