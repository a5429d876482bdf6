"""`cost`: three homes of a model, what each costs, from seconds and tokens that were measured."""

from __future__ import annotations

from lab.cost.state import estimate
from lab.cost.view import CostView
from lab.errors import LabError

MEASURED = ("function_seconds", "instance_seconds", "prompt_tokens", "answer_tokens")


def cost(**changed: float | None) -> CostView:
    """Estimate what the model costs in a function, on instances, and with a managed model.

    >>> cost(prompts_per_hour=500, function_seconds=2.9, instance_seconds=2.4)

    Args:
        changed: assumptions and prices by name, as the tables show them. A price that is None is
            not known, and neither is any sum with it.

    Raises:
        LabError: there is no such name, or the number makes no sense.
    """
    given = tuple(name.replace("_", " ") for name in MEASURED if name in changed)
    try:
        return CostView(estimate(dict(changed), given))
    except ValueError as error:
        raise LabError(
            str(error), "cost() shows all names, with what they are by default."
        ) from None
