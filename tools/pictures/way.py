"""The way of one request, as a chapter sees it: hops from left to right, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass

from lab.course import Chapter
from lab.draw.svg import LINE, Drawing, number
from tools.graph import Graph
from tools.pictures.boxes import MARGIN
from tools.pictures.resources import MAPPED


@dataclass(frozen=True)
class Stop:
    """A box of the way.

    Attributes:
        names: the resources of the program that it stands for; all are of one chapter.
        beside: the hop that it belongs to, where no request passes through it.
    """

    words: str
    names: tuple[str, ...]
    beside: str = ""


# What the caller meets, in order. The path is matched before anybody looks at a key or a plan.
# What a chapter after the sixth adds is seen from that chapter on.
STAGE = Stop("stage", ("languageModelStage", "languageModelDeployment"))
API = Stop("API", ("languageModelApi", "languageModelApiPolicy"))
PATH = Stop("/model", ("modelPath", "modelMethod"))
CHAT_PATH = Stop("/chat", ("completionsPath", "chatMethod"))
INSTANCES_PATH = Stop("/instances", ("instancesPath", "instancesMethod"))
MESSAGES_PATH = Stop("/messages", ("dialectPath-messages", "dialectMethod-messages"))
KEY = Stop("key", ("keyAuthorizer", "KeyAuthorizerLambda"))
PLAN = Stop("plan", ("plan-blue", "planKey-blue"))
BODY = Stop("body", ("promptValidator", "promptModel"))
INTEGRATION = Stop("integration", ("modelIntegration",))
CHAT_CHECK = Stop("check", ("chatValidator", "chatModel"))
MESSAGES_CHECK = Stop("check", ("dialectValidator-messages", "dialectModel-messages"))
CHAT_INTEGRATION = Stop("integration", ("chatIntegration",))
MESSAGES_INTEGRATION = Stop("integration", ("dialectIntegration-messages",))
FUNCTION = Stop("function", ("LanguageModelLambda", "languageModelInvokePolicy"))
BALANCER = Stop("balancer", ("modelBalancer", "modelListener"))
LINK = Stop("link", ("instancesIntegration", "instancesLink"))
INSTANCES = Stop("instances", ("modelTargets", "modelInstances"))
RULES = Stop("rules", ("poolRule-stable", "poolRule-candidate"))
SCALING = Stop("policy", ("modelScaling",), "instances")
POOLS = Stop("pools", ("candidateTargets", "candidateInstances"))

ROLE = Stop("role", ("languageModelApiRole",), "integration")
LOGS = Stop("logs", ("accessLogs",), "stage")
STEPS = Stop("steps", ("executionLogs",), "stage")
ALARMS = Stop("alarms", ("alarm-failures", "languageModelDashboard"), "stage")
BUDGET = Stop("budget", ("tokenBudgets",), "function")
BREAKERS = Stop("breakers", ("breakers",), "function")

TO_MODEL = (STAGE, API, PATH, KEY, PLAN, INTEGRATION, FUNCTION)
TO_CHAT = (STAGE, API, CHAT_PATH, KEY, PLAN, CHAT_CHECK, CHAT_INTEGRATION, FUNCTION)
WAY = (*TO_MODEL, ROLE)
WAYS = {
    12: (*TO_MODEL[:-2], BODY, *TO_MODEL[-2:]),
    13: (*TO_MODEL, BUDGET),
    14: (*TO_MODEL, LOGS),
    15: (*TO_MODEL, LOGS, STEPS),
    16: (*TO_MODEL, LOGS, STEPS),
    17: (*TO_MODEL, LOGS, ALARMS),
    18: TO_CHAT,
    19: TO_CHAT,
    20: TO_CHAT,
    21: (STAGE, MESSAGES_PATH, KEY, PLAN, MESSAGES_CHECK, MESSAGES_INTEGRATION, FUNCTION),
    22: (STAGE, API, INSTANCES_PATH, KEY, LINK, BALANCER, INSTANCES),
    23: (STAGE, API, INSTANCES_PATH, KEY, LINK, BALANCER, INSTANCES, SCALING),
    24: (STAGE, API, KEY, LINK, BALANCER, RULES, POOLS),
    25: (STAGE, API, PATH, KEY, FUNCTION, BALANCER, INSTANCES, BREAKERS),
}
# Chapters that change what another one has made, and what of the way that is.
LIT = {7: "stage", 9: "key", 10: "key", 16: "function", 20: "integration"}
# Pages that are about all of it: one shows it, one takes it home.
WHOLE = (0, 26)

GAP, LETTER = 14.0, 8.4
TOP, HIGH = 16.0, 48.0


@dataclass(frozen=True)
class Seen:
    """A stop with its chapter, and whether it is lit; you are of no chapter."""

    stop: Stop
    number: int
    lit: bool


def way(graph: Graph, chapter: Chapter) -> str:
    """The way of one request, with this chapter's part of it lit; two see all of it."""
    seen = stops(graph, chapter)
    hops = [Seen(Stop("you", ()), 0, False), *(each for each in seen if not each.stop.beside)]
    beside = [each for each in seen if each.stop.beside]
    title = f"The way of a prompt, as chapter {chapter.number:02d} sees it"
    drawing = Drawing(title, description(hops, beside), 146 if beside else 80)
    letters = sum(len(hop.stop.words) for hop in hops)
    spare = 640 - 2 * MARGIN - GAP * (len(hops) - 1) - LETTER * letters
    left, centres = float(MARGIN), {}
    for at, hop in enumerate(hops):
        width = LETTER * len(hop.stop.words) + spare / len(hops)
        box(drawing, hop, left, TOP, width)
        centres[hop.stop.words] = left + width / 2
        if at:
            drawing.across(left - GAP, left - 1, TOP + HIGH / 2)
        left += width + GAP
    hang(drawing, beside, centres)
    return drawing.svg()


def stops(graph: Graph, chapter: Chapter) -> list[Seen]:
    """What there is of the way by this chapter.

    Raises:
        ValueError: a stop's resources come from several chapters.
    """
    last = MAPPED if chapter.number == 0 else max(chapter.number, MAPPED)
    found = []
    for stop in WAYS.get(chapter.number, WAY):
        numbers = {graph.node(name).chapter for name in stop.names}
        if len(numbers) != 1:
            raise ValueError(
                f"{stop.words}: {stop.names} are of several chapters, {sorted(numbers)}"
            )
        made = numbers.pop()
        if made <= last:
            lit = chapter.number in (*WHOLE, made) or LIT.get(chapter.number) == stop.words
            found.append(Seen(stop, made, lit))
    return found


def description(hops: list[Seen], beside: list[Seen]) -> str:
    """The same in words."""
    told = ", then ".join(f"{hop.stop.words} (chapter {hop.number:02d})" for hop in hops[1:])
    near = "".join(
        f" Beside {each.stop.beside}: {each.stop.words} (chapter {each.number:02d})."
        for each in beside
    )
    bright = [each.stop.words for each in (*hops, *beside) if each.lit]
    return f"Your request meets {told}.{near}" + (f" Lit: {', '.join(bright)}." if bright else "")


def box(drawing: Drawing, seen: Seen, left: float, top: float, width: float) -> None:
    """One stop, with the number of its chapter."""
    drawing.box(left, top, width, HIGH, lit=seen.lit)
    middle = left + width / 2
    drawing.text(middle, top + (21 if seen.number else 28), seen.stop.words, bold=True)
    if seen.number:
        drawing.text(middle, top + 39, f"{seen.number:02d}", size=12)


def hang(drawing: Drawing, beside: list[Seen], centres: dict[str, float]) -> None:
    """What stands beside a hop: below it, on a line without a head, for no request goes there.

    What belongs to the same hop stands in a row there.
    """
    ends: dict[str, float] = {}
    top = TOP + HIGH + 18
    for each in beside:
        host, width = each.stop.beside, LETTER * len(each.stop.words) + 24
        if host in ends:
            left = ends[host] + GAP
            path = f"M{number(ends[host])} {number(top + HIGH / 2)}H{number(left)}"
        else:
            left = max(MARGIN, min(centres[host] - width / 2, 640 - MARGIN - width))
            path = f"M{number(centres[host])} {number(TOP + HIGH)}V{number(top)}"
        look = f'fill="none" stroke="{LINE}" stroke-width="1.5" stroke-dasharray="4 4"'
        drawing.parts.append(f'<path d="{path}" {look}/>')
        box(drawing, each, left, top, width)
        ends[host] = left + width
