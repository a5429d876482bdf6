"""Pictures of limits: the token bucket of a usage plan, and a budget of the model's tokens."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.settings import Settings
from lab.bursts.bucket import ANSWERED, LIMITED, Bucket, Foreseen, Limit, levels
from tools.pictures.sketch import Sketch

LEFT, RIGHT, SECONDS = 66, 620, 7.0
# Seconds at which a team asks: 12 times a second, then nothing, then twice a second.
ASKED = tuple([at / 12 for at in range(36)] + [5 + at / 2 for at in range(5)])


def bucket() -> str:
    """The level of a team's bucket over time, and what becomes of the requests that take from it."""
    settings = Settings()
    limit = Limit(settings.team_rate, settings.team_burst)
    found = asked_of(limit, ASKED)
    refused = sum(each.verdict == LIMITED for each in found)
    drawing = Sketch(
        "A token bucket: what it holds, and which requests it lets through",
        f"A bucket holds at most {limit.burst:g} tokens and gains {limit.rate:g} a second. 12 requests "
        f"a second empty it; then as many pass as tokens come, and {refused} of {len(found)} are "
        "refused with 429. In a pause it fills again.",
        292,
    )
    _level(drawing, limit, found)
    for each in found:
        passed = each.verdict == ANSWERED
        (drawing.passed if passed else drawing.refused)(_x(each.at), 213 if passed else 231)
    drawing.text(LEFT - 8, 217, "let in", size=12, at="end")
    drawing.text(LEFT - 8, 235, "429", size=12, at="end")
    for start, end, words in (
        (0, 3, "12 requests a second"),
        (3, 5, "a pause"),
        (5, 7, "2 a second"),
    ):
        drawing.line([(_x(start) + 3, 252), (_x(end) - 3, 252)])
        drawing.text(_x((start + end) / 2), 268, words, size=12)
    drawing.text(RIGHT, 285, f"{SECONDS:g} seconds in all", size=12, at="end")
    return drawing.svg()


def _x(at: float) -> float:
    """Where a second is."""
    return LEFT + at * (RIGHT - LEFT) / SECONDS


def _level(drawing: Sketch, limit: Limit, found: list[Foreseen]) -> None:
    """The curve of what the bucket holds, with its scale."""
    top, base = 40.0, 190.0

    def y(tokens: float) -> float:
        return base - tokens * (base - top) / limit.burst

    for tokens in (0.0, limit.burst / 2, limit.burst):
        drawing.line([(LEFT, y(tokens)), (RIGHT, y(tokens))], dashed=bool(tokens))
        drawing.text(LEFT - 8, y(tokens) + 4, f"{tokens:g}", size=12, at="end")
    curve = levels(found, limit, (at / 50 for at in range(round(SECONDS * 50) + 1)))
    drawing.area([(LEFT, base), *((_x(at), y(held)) for at, held in curve)], "new")
    most = f"tokens in the bucket: at most {limit.burst:g} (burst)"
    drawing.text(LEFT, 26, most, size=12, at="start")
    gains = f"gains {limit.rate:g} a second (rate)"
    drawing.text(_x(4.1), y(limit.burst * 0.22), gains, size=12, at="start")


def asked_of(limit: Limit, times: Sequence[float]) -> list[Foreseen]:
    """What the bucket of the lab makes of requests at these seconds."""
    held = Bucket(limit)
    found = []
    for number, at in enumerate(times, 1):
        verdict = ANSWERED if held.take(at) else LIMITED
        found.append(Foreseen("team", number, 1, at, verdict, max(0.0, held.tokens)))
    return found


# An example of a budget, in tokens; the rest of the picture is computed.
BUDGET, TAKEN, PROMPT, ROOM, ANSWER = 300, 80, 40, 100, 30


MOST, USED = PROMPT + ROOM, PROMPT + ANSWER
START, WIDE, TALL = 214.0, 410.0, 30.0  # the bars, in pixels
# The rows: what happens, why, and what is in the bar besides what was taken before.
ROWS = (
    ("1  before", f"of {BUDGET} tokens", 0, "", ""),
    ("2  reserve", f"prompt {PROMPT} + max_tokens {ROOM}", MOST, "warn", f"reserved {MOST}"),
    (
        "3  another call",
        f"wants {MOST}, finds {BUDGET - TAKEN - MOST}",
        MOST,
        "warn",
        f"reserved {MOST}",
    ),
    ("4  settle", f"prompt {PROMPT} + answer {ANSWER}", USED, "good", f"used {USED}"),
)


def settle() -> str:
    """One call's way through the budget: reserved before the model is asked, settled after it."""
    drawing = Sketch(
        "Reserve and settle: a budget of tokens during one call",
        f"Of {BUDGET} tokens {TAKEN} are taken. A call reserves {MOST}, its prompt and max_tokens. "
        f"Another call for as many finds {BUDGET - TAKEN - MOST} left and is refused with 429. The "
        f"first settles: {USED} stay taken, {MOST - USED} are given back.",
        268,
    )
    for at, (name, why, tokens, kind, word) in enumerate(ROWS):
        y = 22.0 + 56 * at
        drawing.text(16, y + 13, name, bold=True, at="start")
        drawing.text(16, y + 30, why, size=12, at="start")
        drawing.bar(START, y, WIDE, TALL, "new")
        parts = [(_wide(TAKEN), "quiet", f"taken {TAKEN}" if not at else f"{TAKEN}")]
        parts += [(_wide(tokens), kind, word)] if tokens else []
        drawing.spans(START, y, parts, TALL)
        _free(drawing, at, y, START + _wide(TAKEN + tokens))
    whole = f"the whole bar: the team's {BUDGET} tokens of today"
    drawing.text(START + WIDE, 258, whole, size=12, at="end")
    return drawing.svg()


def _wide(tokens: int) -> float:
    """How wide so many tokens are."""
    return WIDE * tokens / BUDGET


def _free(drawing: Sketch, row: int, y: float, start: float) -> None:
    """The words in what is free, which begins at `start`."""
    middle = (start + START + WIDE) / 2
    if row == 0:
        drawing.text(middle, y + 19.5, f"{BUDGET - TAKEN} left", size=12)
    elif row == 2:
        drawing.refused(start + 22, y + 15)
        drawing.text(start + 34, y + 19.5, "429", at="start", bold=True)
    elif row == 3:
        words = f"{MOST - USED} given back: {BUDGET - TAKEN - USED} left"
        drawing.text(middle, y + 19.5, words, size=12)
