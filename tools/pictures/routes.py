"""Pictures of where a request goes: who lets it pass, what serves it, and who stands in."""

from __future__ import annotations

from gateway.instances.network import BALANCER_PORT
from sandbox.server.base.errors import KINDS
from tools.pictures.facts import argument, constant
from tools.pictures.sketch import Sketch

# How API Gateway decides: a step, its chapter, and with which of its responses it refuses whom.
# The order is AWS's: docs.aws.amazon.com/apigateway/latest/developerguide/
# apigateway-authorization-flow.html, and the lines of an execution log.
DECISIONS = (
    ("path and method", 4, (("MISSING_AUTHENTICATION_TOKEN", "there is no such path or method"),)),
    ("resource policy", 3, (("ACCESS_DENIED", "it denies the call"),)),
    (
        "authorizer",
        8,
        (("UNAUTHORIZED", "no key or a wrong one"), ("ACCESS_DENIED", "a policy that denies")),
    ),
    ("both together", 9, (("ACCESS_DENIED", "neither of the two allows it"),)),
    (
        "API key and plan",
        11,
        (("INVALID_API_KEY", "in no plan"), ("THROTTLED", "rate or quota used up")),
    ),
    ("validation", 12, (("BAD_REQUEST_BODY", "the body is no prompt"),)),
    (
        "integration",
        5,
        (
            ("API_CONFIGURATION_ERROR", "may not call"),
            ("502", "bad answer"),
            ("INTEGRATION_TIMEOUT", "too slow"),
        ),
    ),
)


def status_of(response: str) -> str:
    """The status of a gateway response that nobody has customised; a status is its own."""
    return response if response.isdecimal() else str(KINDS[response].status)


def order() -> str:
    """The order in which API Gateway decides, and how each step refuses."""
    told = "; ".join(
        f"{step}: " + ", ".join(f"{status_of(response)} {why}" for response, why in exits)
        for step, _, exits in DECISIONS
    )
    row, top, left, width = 44.0, 62.0, 16.0, 178.0
    end = top + row * len(DECISIONS)
    drawing = Sketch(
        "In which order API Gateway decides about a request",
        f"From top to bottom, with the status of a refusal. {told}. Then the function answers.",
        end + 48,
    )
    middle = left + width / 2
    drawing.card(left + 30, 14, width - 60, 28, ["your request"])
    for at, (step, chapter, exits) in enumerate(DECISIONS):
        y = top + row * at
        drawing.route([(middle, y - (20 if not at else 14)), (middle, y - 1)])
        drawing.card(left, y, width, row - 14, (), kind="new" if chapter == 8 else "")
        drawing.text(left + 10, y + 19.5, step, bold=True, at="start")
        drawing.text(left + width - 9, y + 19.5, f"{chapter:02d}", size=12, at="end")
        drawing.route([(left + width, y + 15), (left + width + 26, y + 15)], kind="bad")
        column = 390 / len(exits)
        for number, (response, why) in enumerate(exits):
            x = left + width + 34 + number * column
            drawing.text(x, y + 19.5, status_of(response), at="start", bold=True)
            drawing.text(x + 32, y + 19.5, why, size=12, at="start")
    drawing.route([(middle, end - 14), (middle, end + 3)], kind="good")
    drawing.card(left + 30, end + 4, width - 60, 30, ["the function"], kind="good")
    drawing.text(
        left + width + 34, end + 24, "200: only now does the model work", size=12, at="start"
    )
    return drawing.svg()


def pointers() -> str:
    """The stage points at a deployment, and that is a copy of the API as it was."""
    drawing = Sketch(
        "Deployment and stage: two pointers",
        "A caller knows the stage v1. The stage points at one deployment. A deployment is a frozen copy of the "
        "API as it was at one moment. What you edit is the API; callers see it when there is a new deployment "
        "and the stage points at it. The old deployment is then deleted.",
        206,
    )
    drawing.card(16, 54, 84, 44, ["caller"])
    drawing.card(150, 54, 96, 44, ["stage v1", "a name"], kind="new")
    drawing.card(318, 22, 132, 54, ["deployment", "frozen: new text"], kind="new")
    drawing.card(318, 110, 132, 54, ["deployment", "frozen: old text"], dashed=True)
    drawing.card(
        524, 22, 100, 142, ["the API", "the text", "that you edit:", "path, method,", "policy, …"]
    )
    drawing.route([(100, 76), (149, 76)])
    drawing.text(125, 46, "request", size=12)
    drawing.route([(246, 68), (282, 68), (282, 49), (317, 49)], kind="new")
    drawing.text(282, 39, "points at", size=12)
    drawing.route([(246, 86), (282, 86), (282, 137), (317, 137)], dashed=True)
    drawing.text(282, 154, "before", size=12)
    drawing.route([(524, 49), (451, 49)], kind="new")
    drawing.text(487, 39, "copied", size=12)
    drawing.route([(524, 137), (451, 137)], dashed=True)
    drawing.text(487, 154, "earlier", size=12)
    drawing.text(384, 184, "deleted when nothing points at it", size=12)
    return drawing.svg()


def role() -> str:
    """Who may put the role on, and what its wearer may do."""
    drawing = Sketch(
        "A role: who may assume it, and what it then allows",
        "API Gateway assumes the role, because the role's trust policy names it. With the role it invokes the "
        "function, because the role's permission policy, which chapter 02 adds, allows that. Anybody else is "
        "refused when they try to assume it.",
        206,
    )
    drawing.card(16, 46, 126, 48, ["API Gateway"])
    drawing.card(16, 132, 126, 48, ["anybody else"])
    drawing.card(246, 46, 104, 48, ["the role", "01"], kind="new")
    drawing.card(508, 46, 116, 48, ["the function", "02"])
    drawing.route([(142, 70), (245, 70)])
    drawing.text(194, 60, "assumes", size=12)
    drawing.route([(350, 70), (507, 70)], dashed=True)
    drawing.text(429, 60, "invokes", size=12)
    drawing.line([(142, 156), (298, 156), (298, 112)], kind="bad")
    drawing.refused(298, 106)
    drawing.text(194, 26, "trust policy: who", bold=True)
    drawing.text(429, 26, "permission policy: what", bold=True)
    drawing.text(310, 138, "not in the trust policy", size=12, at="start")
    drawing.text(429, 92, "chapter 02 adds it", size=12)
    return drawing.svg()


def shapes() -> str:
    """Two shapes of a request, and the one form behind them."""
    drawing = Sketch(
        "Two shapes of a request, one model",
        "A client of OpenAI has the URL of the stage as its base URL. It asks GET /models for the name of the "
        "model and sends conversations to POST /chat/completions. Other callers go on sending prompts to POST "
        "/model. The function reads both into one form, so that key, plan, budget and logs hold for both.",
        236,
    )
    drawing.card(16, 30, 150, 96, ["client of OpenAI", "base_url:", "the stage's URL"])
    drawing.card(16, 164, 150, 44, ["other callers"])
    rows = (("GET /models", "its name", "new"), ("POST /chat/completions", "a conversation", "new"))
    for at, (path, what, kind) in enumerate((*rows, ("POST /model", "a prompt", ""))):
        y = 24.0 + 64 * at + (12 if at == 2 else 0)
        drawing.card(224, y, 196, 48, (path, what), kind=kind)
        drawing.route([(166, y + 24), (223, y + 24)])
        drawing.route([(420, y + 24), (477, y + 24)])
    drawing.card(
        478,
        24,
        146,
        188,
        [
            "the function",
            "reads them into",
            "one inner form:",
            "budget, checks",
            "and logs hold",
            "for both",
        ],
    )
    return drawing.svg()


def balancer() -> str:
    """Requests go to who is healthy; health checks say who that is."""
    check = argument("instances/balancer.py", "health_check")
    out, back = check["unhealthy_threshold"], check["healthy_threshold"]
    drawing = Sketch(
        "A balancer and its health checks",
        f"API Gateway reaches the balancer through the VPC link. The balancer asks each instance for "
        f"{check['path']} every {check['interval']} seconds. {out} failures in a row and an instance "
        f"gets no requests; {back} good answers and it does again. The Auto Scaling group replaces "
        "who stays unhealthy.",
        262,
    )
    drawing.card(16, 96, 116, 48, ["API Gateway"])
    drawing.route([(132, 120), (159, 120)])
    drawing.card(160, 96, 80, 48, ["VPC link"])
    drawing.route([(240, 120), (267, 120)])
    drawing.card(268, 96, 100, 48, ["balancer", f"port {BALANCER_PORT}"], kind="new")
    _targets(drawing)
    for y, words in (
        (228, f"health check: GET {check['path']} every {check['interval']} s;"),
        (246, f"{out} failures in a row: out; {back} answers: in again"),
    ):
        drawing.text(16, y, words, size=12, at="start")
    return drawing.svg()


def _targets(drawing: Sketch) -> None:
    """The instances of the target group, and what the balancer sends to each."""
    drawing.line([(486, 18), (624, 18), (624, 224), (486, 224), (486, 18)], dashed=True)
    drawing.text(555, 242, "target group", size=12, bold=True)
    for y, health in ((54.0, "healthy"), (120.0, "healthy"), (186.0, "unhealthy")):
        well = health == "healthy"
        drawing.card(500, y - 24, 108, 48, ["instance", health], kind="good" if well else "bad")
        way = [(368.0, 120.0), (420.0, 120.0), (420.0, y), (499.0, y)] if well else [
            (420.0, 120.0), (420.0, y), (499.0, y)]  # fmt: skip
        drawing.route(way, kind="quiet" if well else "bad", dashed=not well)
    drawing.text(412, 58, "requests", size=12, at="end")
    drawing.text(412, 180, "health checks only", size=12, at="end")


BREAKER = "functions/model/failover/breaker.py"
CHAIN = "functions/model/failover/chain.py"


def breaker() -> str:
    """Whom a request asks, and the three states of the breaker that decides it."""
    failures, pause = constant(BREAKER, "FAILURES"), constant(BREAKER, "PAUSE")
    wait = constant(CHAIN, "FIRST_TOKEN")
    drawing = Sketch(
        "Fallback, and the three states of a circuit breaker",
        f"A request asks the instances first, if their breaker is closed. When they refuse, or send "
        f"no token for {wait:g} seconds, the function's own model answers. The breaker opens after "
        f"{failures} failures in a row. After {pause:g} seconds it is half open: one caller tries. "
        "An answer closes it, a failure opens it again.",
        330,
    )
    _fallback(drawing, wait)
    drawing.line([(16, 172), (624, 172)], dashed=True)
    _states(drawing, 222, failures, pause)
    return drawing.svg()


def _fallback(drawing: Sketch, wait: float) -> None:
    """Who is asked, and who after that."""
    drawing.card(16, 26, 92, 44, ["request"])
    drawing.route([(108, 48), (165, 48)])
    drawing.card(166, 26, 100, 44, ["breaker"], kind="new")
    drawing.route([(266, 48), (377, 48)])
    drawing.text(321, 38, "closed", size=12)
    drawing.card(378, 26, 150, 44, ["instances", "asked first"])
    drawing.route([(216, 70), (216, 126), (377, 126)])
    drawing.text(226, 118, "open: not asked", size=12, at="start")
    drawing.card(378, 104, 150, 44, ["own model", "stands in"])
    drawing.route([(453, 70), (453, 103)], kind="bad")
    drawing.text(461, 91, f"refuses, or no token in {wait:g} s", size=12, at="start")


def _states(drawing: Sketch, y: float, failures: int, pause: float) -> None:
    """The states of a breaker, from left to right, and what leads from one to the next."""
    drawing.card(16, y, 150, 48, ["closed", "all are let through"], kind="good")
    drawing.card(244, y, 150, 48, ["open", "nobody is"], kind="bad")
    drawing.card(474, y, 150, 48, ["half open", "one is, to try"], kind="warn")
    drawing.route([(166, y + 24), (243, y + 24)], kind="bad")
    drawing.text(204, y - 26, f"{failures} failures", size=12)
    drawing.text(204, y - 10, "in a row", size=12)
    drawing.route([(394, y + 16), (473, y + 16)])
    drawing.text(433, y - 10, f"after {pause:g} s", size=12)
    drawing.route([(474, y + 34), (395, y + 34)], kind="bad")
    drawing.text(433, y + 64, "fails", size=12)
    drawing.route([(549, y + 48), (549, y + 84), (91, y + 84), (91, y + 49)], kind="good")
    drawing.text(320, y + 100, "it answers", size=12)
