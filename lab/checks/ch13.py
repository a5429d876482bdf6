"""Chapter 13: what a reservation leaves, and a budget that is shared."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from gateway import budget
from gateway.settings import Settings
from lab.checks.shared import steps
from lab.exercise import calls
from lab.exercise.state import Exercise, NotYet

# A test asks the budget itself: 300 tokens, a prompt of 50, max_tokens 150, an answer of 20.
LEFT = {
    "while it runs": 100,
    "after its answer": 230,
    "if the function had refused it": 300,
}
WHY = {
    "while it runs": "Reserved is what it may need at most: the prompt and max_tokens.",
    "after its answer": "Settled is what it needed: the prompt and the answer.",
    "if the function had refused it": "A call without an answer gives all of it back.",
}


def left(value: Any, _: Mapping[str, Any]) -> str:
    """How many tokens a call leaves, while it runs and after it."""
    steps.filled(
        value,
        LEFT,
        int,
        ("is no number of tokens.", "A whole number."),
        lambda name: (WHY[name], "Subtract it from 300."),
    )
    return "Reserve the most, settle what it was: too early a refusal may happen, never too late."


TOTAL = 300  # tokens of all teams together
VARIABLES = "counter.budget_variables(replace(settings, tokens_per_day=…), budget) gives them."


def fair(value: Any, outputs: Mapping[str, Any]) -> str:
    """A budget of all teams together, in equal shares, and kept to."""
    write = steps.function(value)
    for teams in (("blue", "green"), ("blue", "green", "red")):
        share, what = TOTAL // len(teams), f"{len(teams)} teams"
        found = _share(write, teams, what)
        if found != str(share):
            raise NotYet(
                f"With {what}, TOKENS_PER_DAY is {found}.",
                f"It is {share}: {TOTAL} // len(settings.teams), as a text.",
            )
    return _kept(outputs)


def _share(write: Any, teams: tuple[str, ...], what: str) -> str:
    """What a learner's function tells the model's function, of so many teams."""
    given: list[Any] = []

    def step() -> None:
        given.append(write(Settings(teams=teams), budget.token_budget()))

    steps.declared(step)
    if not isinstance(given[0], Mapping) or "BUDGET_TABLE" not in given[0]:
        raise NotYet(f"With {what}, the variables are {given[0]!r:.80}.", VARIABLES)
    return str(given[0].get("TOKENS_PER_DAY"))


def _kept(outputs: Mapping[str, Any]) -> str:
    """Ask for more than two teams' share, and for less."""
    team = calls.as_team(outputs, "blue")
    share = TOTAL // 2

    ask = partial(calls.call, outputs, "POST", "/model", headers=team)
    more = ask(json={"prompt": "Hi", "max_tokens": share})
    if more.status != 429 or more.who != "function" or str(share) not in more.said:
        raise NotYet(
            f"A call that may need more than {share} tokens gets {more.status}: {more.said[:120]}",
            "It should be the function's 429, which names the share. Run up() again.",
        )
    less = ask(json={"prompt": "Hi", "max_tokens": 4})
    if less.status != 200:
        raise NotYet(
            f"A call that needs a few tokens gets {less.status}: {less.said[:120]}",
            "Blue has spent its share today: run new_day(), then check again.",
        )
    return f"More than {share} tokens: 429, before the model is asked. A few: answered."


EXERCISES = (
    Exercise(
        "13.1",
        "300 tokens are left; a call has a prompt of 50 and max_tokens 150; its answer has 20. "
        "How many are left while it runs, after its answer, and if it had been refused?",
        left,
        "Reserved is the prompt and max_tokens; settled is the prompt and the answer.",
        "left = {\n" + "".join(f"    {n!r}: {t},\n" for n, t in LEFT.items()) + "}",
        "calls at the same time",
    ),
    Exercise(
        "13.2",
        "Write fair(settings, budget): the variables with which all teams together have 300 tokens a "
        "day, each an equal share.",
        fair,
        "How many teams there are is len(settings.teams); the rest is as in Change it.",
        """def fair(settings, budget):
    share = 300 // len(settings.teams)
    few = replace(settings, tokens_per_day=share)
    return counter.budget_variables(few, budget)""",
        "what becomes of a rest that cannot be shared",
        calls=True,
    ),
)
