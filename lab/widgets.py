"""The widgets of chapters 06 to 99, for notebooks: `from lab.widgets import burst, logs`.

Each name is loaded when it is first used, as in `lab` itself.
"""

from __future__ import annotations

from lab.lazy import Names

_names = Names(
    __name__,
    {
        "policy_tester": "lab.policy.policy_tester",
        "burst": "lab.bursts.burst",
        "logs": "lab.logs.logs",
        "chat": "lab.chat.chat",
        "traffic": "lab.traffic.traffic",
        "cost": "lab.cost.cost",
        "failures": "lab.failures.failures",
        "leftovers": "lab.cleaning.clean_up",
        "clean_up": "lab.cleaning.clean_up",
        "graph": "lab.graph.graph",
        "compare": "lab.compare.compare",
        "times": "lab.times.times",
    },
)
__all__, __getattr__, __dir__ = _names.all, _names.load, _names.listed
