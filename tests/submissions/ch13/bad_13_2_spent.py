# exercise 13.2: fair
# says: A call that needs a few tokens gets 429: Fewer are left of the 150 of this key.
from dataclasses import replace

from gateway import budget as counter
from tests.submissions import of_function


def answer(json, headers):
    return of_function(429, error={"message": "Fewer are left of the 150 of this key."})


answers = {"POST /model": answer}


def fair(settings, budget):
    share = 300 // len(settings.teams)
    return counter.budget_variables(replace(settings, tokens_per_day=share), budget)
