"""Pictures of instances that change: the life of one, and two versions side by side."""

from __future__ import annotations

from gateway.routing.candidate import CANDIDATE, POOL_HEADER, STABLE
from tools.pictures.facts import argument
from tools.pictures.sketch import Sketch

BALANCER = "instances/balancer.py"


def life() -> str:
    """Three instances on one line of time: one leaves in peace, one dies, one takes a place."""
    check = argument(BALANCER, "health_check")
    drain = argument(BALANCER, "deregistration_delay")
    blind = check["interval"] * check["unhealthy_threshold"]
    drawing = Sketch(
        "Instances come and go",
        "A new instance is initial: it gets health checks, and requests from its first good answer on. One "
        f"that leaves is draining: it gets nothing new and has {drain} seconds to finish. One that dies "
        f"is asked for up to {blind} seconds more, and callers see 502; then it is unhealthy, and the group "
        "starts another.",
        278,
    )
    left = 104.0
    rows = (
        ("one leaves", 46.0, left, ((56, "quiet", "initial"), (230, "good", "healthy: gets requests"),
                                    (112, "warn", "draining"))),
        ("one dies", 126.0, left, ((206, "good", "healthy: gets requests"),
                                   (112, "bad", "dead, still asked"), (90, "quiet", "unhealthy"))),
        ("a new one", 206.0, left + 330, ((56, "quiet", "initial"), (134, "good", "healthy"))),
    )  # fmt: skip
    for name, y, x, spans in rows:
        drawing.text(16, y + 20, name, size=12, at="start", bold=True)
        drawing.spans(x, y, [(float(width), kind, words) for width, kind, words in spans], 32)
    drawing.text(left + 342, 34, f"finishes, {drain} s at most", size=12)
    drawing.text(left + 414, 66, "gone", size=12, at="start")
    drawing.text(left + 262, 114, f"502, up to {blind} s", size=12)
    drawing.line([(left + 206, 122), (left + 206, 162)], kind="bad")
    drawing.text(left + 198, 176, "its kernel panics", size=12, at="end")
    drawing.route([(left + 330, 158), (left + 330, 205)])
    drawing.text(left + 340, 186, "the group replaces it", size=12, at="start")
    drawing.axis(left, 624, 254)
    drawing.text(624, 271, "time", size=12, at="end")
    return drawing.svg()


def versions() -> str:
    """Who decides between two pools: the stage's variable, the listener's rules, the weights."""
    drawing = Sketch(
        "Two versions, and who decides between them",
        "The stage has a variable that names a pool; of a canary, some percent of the requests find the other "
        f"name. The integration writes it into the header {POOL_HEADER}. Rules of the listener lead each name "
        "to its pool. A request without a rule is shared by weight. Only within the pool does health count.",
        250,
    )
    drawing.card(16, 82, 132, 62, ["stage", f"pool = {STABLE}", f"canary: {CANDIDATE}"], kind="new")
    drawing.route([(148, 113), (173, 113)])
    drawing.card(174, 82, 126, 62, ["integration", "writes a header", POOL_HEADER])
    drawing.route([(300, 113), (335, 113)])
    drawing.line([(326, 18), (472, 18), (472, 222), (326, 222), (326, 18)], dashed=True)
    drawing.text(399, 240, "listener", size=12, bold=True)
    for y, words in ((30.0, STABLE), (92.0, CANDIDATE)):
        drawing.card(336, y, 126, 42, [f"rule: {words}", "by the header"], kind="new")
    drawing.card(336, 162, 126, 48, ["else: weights", "drawn for each"])
    for y, name in ((30.0, STABLE), (124.0, CANDIDATE)):
        drawing.card(524, y, 100, 62, [name, "target group,", "instances"], kind="good")
    drawing.route([(462, 51), (523, 51)])
    drawing.route([(462, 113), (492, 113), (492, 143), (523, 143)])
    drawing.route([(462, 180), (506, 180), (506, 76), (523, 76)], dashed=True)
    drawing.route([(462, 192), (512, 192), (512, 168), (523, 168)], dashed=True)
    return drawing.svg()
