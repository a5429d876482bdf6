"""Pictures of what API Gateway decides by: two policies together, and the type of a body."""

from __future__ import annotations

from collections.abc import Sequence

from lab.policy.access import combined
from lab.policy.statements import ALLOW, DENY, SILENT
from tools.pictures.sketch import Sketch

SAYS = {ALLOW: "allows", SILENT: "says nothing", DENY: "denies"}


def together() -> str:
    """What an authorizer and a resource policy come to: all nine cases, as the policy tester has them."""
    cases = [(own, policy, combined(own, policy, abroad=False)) for own in SAYS for policy in SAYS]
    let_in = ", ".join(
        f"the authorizer {SAYS[own]} and the policy {SAYS[policy]}"
        for own, policy, found in cases
        if found == ALLOW
    )
    drawing = Sketch(
        "An authorizer and a resource policy: who is let in",
        f"Each of the two allows, says nothing, or denies. A caller is let in in {_count(cases)} of "
        f"{len(cases)} cases: {let_in}. In all others the answer is 403.",
        232,
    )
    left, top, wide, tall = 190.0, 72.0, 142.0, 50.0
    drawing.text(left + 1.5 * wide, 24, "the resource policy", bold=True)
    drawing.text(16, top - 12, "the authorizer", bold=True, at="start")
    for column, policy in enumerate(SAYS):
        drawing.text(left + (column + 0.5) * wide, top - 12, SAYS[policy], size=13)
    for at, (own, _, found) in enumerate(cases):
        row, column = divmod(at, len(SAYS))
        x, y = left + column * wide, top + row * tall
        if not column:
            drawing.text(16, y + 26, SAYS[own], size=13, at="start")
        passes = found == ALLOW
        drawing.card(x + 5, y, wide - 10, tall - 10, (), kind="good" if passes else "bad")
        (drawing.passed if passes else drawing.refused)(x + 34, y + 20)
        drawing.text(x + 50, y + 24.5, "let in" if passes else "403", at="start", bold=True)
    return drawing.svg()


def _count(cases: Sequence[tuple[str, str, str]]) -> int:
    return sum(found == ALLOW for _, _, found in cases)


def by_type() -> str:
    """How a body finds the model that it is compared with, and how it may find none."""
    drawing = Sketch(
        "Which model a body is compared with",
        "API Gateway looks for a model under the Content-Type of the request. If there is none, it "
        "takes the one under $default. The validator compares the body with it: 400, or on to the "
        "function. With neither of the two the body goes to the function unchecked.",
        212,
    )
    drawing.card(16, 24, 92, 48, ["a body", "and its type"])
    drawing.route([(108, 48), (149, 48)])
    drawing.card(150, 24, 140, 48, ["a model for", "its Content-Type?"])
    drawing.route([(290, 48), (389, 48)])
    drawing.text(338, 38, "yes", size=12)
    drawing.card(390, 24, 96, 48, ["validator", "does it fit?"], kind="new")
    drawing.route([(486, 48), (531, 48)], kind="good")
    drawing.text(508, 38, "yes", size=12)
    drawing.card(532, 24, 92, 164, ["function", "of the model"])
    drawing.route([(220, 72), (220, 139)])
    drawing.text(228, 110, "no", size=12, at="start")
    drawing.card(150, 140, 140, 48, ["a model for", "$default?"])
    drawing.route([(290, 152), (416, 152), (416, 73)])
    drawing.text(338, 143, "yes", size=12)
    drawing.route([(290, 176), (531, 176)], kind="bad", dashed=True)
    drawing.text(300, 194, "no: nobody looks", size=12, at="start")
    drawing.route([(460, 72), (460, 103)], kind="bad")
    drawing.text(460, 120, "400", bold=True)
    drawing.text(476, 92, "no", size=12, at="start")
    return drawing.svg()
