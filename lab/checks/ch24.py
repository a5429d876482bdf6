"""Chapter 24: a share of the traffic for another pool, and a way there for those who test it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.checks.shared import homes, steps
from lab.exercise.state import Exercise, NotYet

HEADER = "x-preview"


def quarter(value: Any, _: Mapping[str, Any]) -> str:
    """A listener's action that gives a quarter to the candidate."""
    write = steps.function(value)
    tip = "It gives back a dictionary; nothing has to be declared."
    action = steps.called(write, "arn:stable", "arn:candidate", hint=tip)
    groups = _groups(action)
    weights = {each.get("arn"): each.get("weight") for each in groups}
    if set(weights) != {"arn:stable", "arn:candidate"}:
        raise NotYet(
            f"Its target groups are {', '.join(map(str, weights)) or 'none'}.",
            'forward has "target_groups": a list of {"arn": ..., "weight": ...}.',
        )
    stable, candidate = weights["arn:stable"], weights["arn:candidate"]
    if not isinstance(stable, int) or not isinstance(candidate, int) or stable + candidate <= 0:
        raise NotYet(
            f"The weights are {stable!r} and {candidate!r}.",
            "Whole numbers of 0 to 999, and not all 0: then nobody is asked, and callers see 503.",
        )
    if stable != 3 * candidate:
        raise NotYet(
            f"The candidate gets {candidate} of {stable + candidate}.",
            "A quarter: one of four, or 25 of 100.",
        )
    return "One request of four goes to the candidate, drawn anew for each."


def _groups(action: Any) -> list[dict[str, Any]]:
    if not isinstance(action, dict) or action.get("type") != "forward":
        raise NotYet(
            f"It gives {action!r}.", 'A listener\'s action begins {"type": "forward", ...}.'
        )
    forward = action.get("forward")
    groups = forward.get("target_groups") if isinstance(forward, dict) else None
    if not isinstance(groups, list) or not all(isinstance(each, dict) for each in groups):
        raise NotYet(
            "It has no forward with target_groups.",
            "target_group_arn names one group; for shares, it is forward, as in the step shares.",
        )
    return groups


def preview(value: Any, outputs: Mapping[str, Any]) -> str:
    """Who sends a header gets the candidate; everybody else gets what is live."""
    steps.function(value)
    for _ in range(2):  # by chance once, but hardly twice
        reply = homes.ask(outputs, "/instances/model", **{HEADER: "yes"})
        if reply.status != 200:
            raise NotYet(
                f"POST /instances/model with {HEADER}: yes gets {reply.status}: {reply.body[:200]!r}",
                "Is the candidate's instance there? Its target group has to have one that is healthy.",
            )
        if not homes.server(reply).startswith("candidate/"):
            raise NotYet(
                f"With {HEADER}: yes, {homes.server(reply) or 'nobody who says so'} answers.",
                "The stage names a pool for each request, and those rules have the priorities 10 and 11: "
                "yours has to come before them. " + homes.RULE_HINT,
            )
    other = homes.ask(outputs, "/instances/model")
    if not homes.server(other).startswith("stable/"):
        raise NotYet(
            f"Without the header, {homes.server(other) or other.status} answers: no stable one.",
            "The rule has a condition on the header. (And livePool and canaryPercent are None.)",
        )
    return "Testers get the candidate by a header; for everybody else, nothing has changed."


EXERCISES = (
    Exercise(
        "24.1",
        "Write quarter(stable, candidate): a listener's action that gives a quarter of the "
        "requests to the second of two target groups' ARNs.",
        quarter,
        'A dictionary with "type" and "forward"; the step shares makes a part of one.',
        """def quarter(stable, candidate):
    groups = [{"arn": stable, "weight": 3}, {"arn": candidate, "weight": 1}]
    return {"type": "forward", "forward": {"target_groups": groups}}""",
        "whether the candidate is healthy: its quarter is not given to others",
    ),
    Exercise(
        "24.2",
        "Write preview(listener, targets): a rule by which requests with the header x-preview: yes get to "
        "the candidate's target group.",
        preview,
        "The step pool_rules has such a rule; a lower priority counts first.",
        """def preview(listener, targets):
    header = {"http_header_name": "x-preview", "values": ["yes"]}
    return aws.lb.ListenerRule(
        "preview", listener_arn=listener.arn, priority=5,
        conditions=[{"http_header": header}],
        actions=[{"type": "forward", "target_group_arn": targets.arn}])""",
        "who may: the header is no secret, and whoever has a key can send it",
        calls=True,
    ),
)
