"""Pictures along a line of time: a cold start, and a stream beside a whole answer."""

from __future__ import annotations

from gateway.settings import Settings
from tools.pictures.sketch import Sketch


def cold_start() -> str:
    """Three calls and two environments: who waits for a start, and who does not."""
    drawing = Sketch(
        "A cold start: what a call waits for before its handler runs",
        "Environment 1 fetches the code, loads the model and answers call 1: a cold start. Call 2 finds it "
        "warm and is answered at once. Call 3 comes while call 2 is being answered, so that a second "
        "environment is started for it: another cold start.",
        250,
    )
    left, one, two = 136.0, 58.0, 166.0
    start = (("get the code", 100.0), ("load the model", 120.0))
    began = [(width, "warn", word) for word, width in start]
    cold = sum(width for _, width in start)
    drawing.text(16, one + 20, "environment 1", size=12, at="start", bold=True)
    drawing.text(16, two + 20, "environment 2", size=12, at="start", bold=True)
    drawing.spans(left, one, [*began, (64.0, "good", "answer")], 32)
    warm = left + cold + 64 + 40
    drawing.line([(left + cold + 64, one + 16), (warm, one + 16)], dashed=True)
    drawing.spans(warm, one, [(64.0, "good", "answer")], 32)
    # Call 3 comes in the middle of call 2; its bar ends where the page does.
    third = warm + 24
    scale = (624 - third) / (cold + 64)
    drawing.spans(third, two, [(scale * (cold + 64), "warn", "starts …")], 32)
    for x, y, words in ((left, one, "call 1"), (warm, one, "call 2"), (third, two, "call 3")):
        drawing.route([(x, y - 22), (x, y - 1)])
        drawing.text(x, y - 28, words, size=12, bold=True)
    drawing.text(left + cold / 2, one + 49, "cold: Init Duration", size=12)
    drawing.text(left + cold + 32, one + 49, "Duration", size=12)
    drawing.text(warm + 32, one + 49, "warm", size=12)
    drawing.text(third - 10, two + 21, "1 is busy, so another starts", size=12, at="end")
    drawing.axis(left, 624, 222)
    drawing.text(624, 240, "time", size=12, at="end")
    return drawing.svg()


def stream() -> str:
    """The same answer, handed on whole and as it is written."""
    seconds = Settings().timeout
    drawing = Sketch(
        "The same answer, whole and as a stream, on one line of time",
        "The function reads the prompt and writes its answer, token by token. BUFFERED, API Gateway keeps "
        "all tokens until the last is written, and the caller sees nothing before. STREAM, each token is "
        f"handed on at once. Both end at the same time. A whole answer has {seconds} seconds.",
        286,
    )
    left, read, step, count = 150.0, 92.0, 16.0, 22
    first, end = left + read, left + read + step * count
    tokens = [first + step * (at + 1) for at in range(count)]
    drawing.text(16, 41, "the function", size=12, at="start", bold=True)
    drawing.spans(
        left, 22, [(read, "quiet", "reads"), (step * count, "new", "writes, token by token")], 28
    )
    for row, name, words in (
        (94.0, "BUFFERED", "the caller sees"),
        (182.0, "STREAM", "the caller sees"),
    ):
        drawing.text(16, row + 4, name, bold=True, at="start")
        drawing.text(16, row + 21, words, size=12, at="start")
        drawing.line([(left, row + 26), (end + 8, row + 26)])
    for x in tokens:
        drawing.bar(x - 6, 182, 8, 26, "good")
    for at in range(count):
        drawing.bar(end - 10, 94 + 26 - 26 * (at + 1) / count, 12, 26 / count, "good")
    drawing.text((left + end) / 2, 112, "nothing", size=12)
    for x, y, words, side in (
        (tokens[0] - 2, 208.0, "first token: begin to read", "start"),
        (end - 4, 120.0, "all at once", "end"),
    ):
        drawing.route([(x, y + 22), (x, y + 3)])
        drawing.text(x + (8 if side == "start" else -8), y + 24, words, size=12, at=side, bold=True)
    drawing.line([(end - 2, 52), (end - 2, 90)], dashed=True)
    drawing.axis(left, end + 20, 262)
    drawing.text(left, 279, f"time; a whole answer has {seconds} s at most", size=12, at="start")
    return drawing.svg()
