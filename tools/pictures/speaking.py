"""Pictures of what clients say and hear: an answer that is held to a schema, and many dialects."""

from __future__ import annotations

from tools.pictures.sketch import Sketch

# What could follow, how likely each is (the pixels of its bar), and why a schema strikes it out.
TOKENS = (
    ('"three"', 118.0, "a text"),
    ("3", 82.0, ""),
    ("null", 34.0, "no integer"),
    ("14", 22.0, ""),
    ("}", 12.0, "no value"),
)


def held() -> str:
    """The text so far, and the tokens that may follow: what no fitting text begins with is out."""
    drawing = Sketch(
        "An answer that is held to a schema, token by token",
        'The text so far ends with "days", which is an integer from 1 to 30. Five tokens could follow. The '
        'likeliest is "three", but it is a text: it is struck out, as are null and a closing brace. Of those '
        "that fit, 3 is the likeliest, and is written.",
        262,
    )
    drawing.card(16, 108, 204, 52, ['{"city": "Paris", "days":', "the text so far"])
    drawing.text(118, 186, "days: an integer,", size=12)
    drawing.text(118, 203, "from 1 to 30", size=12)
    drawing.text(291, 26, "could follow", bold=True)
    drawing.text(352, 26, "how likely", bold=True, at="start")
    best = next(token for token, _, why in TOKENS if not why)
    for at, (token, likely, why) in enumerate(TOKENS):
        y = 42.0 + 42 * at
        drawing.route([(220, 134), (236, 134), (236, y + 14), (251, y + 14)], dashed=bool(why))
        kind = "" if why else "new" if token == best else "good"
        drawing.card(252, y, 78, 28, [token], kind=kind, dashed=bool(why))
        drawing.bar(352, y + 5, likely, 18, "quiet" if why else kind)
        if why:
            drawing.refused(488, y + 14)
        else:
            drawing.passed(488, y + 14)
        said = f"{why}: struck out" if why else "fits: taken" if token == best else "fits"
        drawing.text(502, y + 18.5, said, size=12, at="start", bold=token == best)
    return drawing.svg()


# Each path, what it takes, the file of gateway/functions/model/ that reads it, and how it is lit.
DIALECTS = (
    ("/chat/completions", "messages", "chat.py", ""),
    ("/responses", "input", "responses.py", "new"),
    ("/messages", "system, messages", "messages.py", "new"),
    ("/model", "a prompt", "prompts.py", ""),
)


def dialects() -> str:
    """Four shapes of a request, the one form behind them, and who sees only that."""
    drawing = Sketch(
        "Many dialects, one inner form",
        "Chat completions, Responses, Messages and prompts each have a path and a file that translates. All "
        "become the same inner form. Budget, model and log see only that form, so no dialect goes around them.",
        252,
    )
    drawing.text(90, 24, "a path", bold=True)
    drawing.text(254, 24, "translates", bold=True)
    for at, (path, takes, file, kind) in enumerate(DIALECTS):
        y = 36.0 + 52 * at
        drawing.card(16, y, 148, 42, [path, takes], kind=kind)
        drawing.route([(164, y + 21), (195, y + 21)])
        drawing.card(196, y, 116, 42, [file], kind=kind)
        drawing.route([(312, y + 21), (339, y + 21)])
    drawing.card(
        340,
        36,
        130,
        198,
        ["one inner form", "messages", "max_tokens", "tools, shape", "stop, seed"],
        kind="good",
    )
    for at, (who, does) in enumerate(
        (("budget", "per key"), ("model", "answers"), ("log", "one line each"))
    ):
        y = 48.0 + 63 * at
        drawing.route([(470, y + 24), (511, y + 24)])
        drawing.card(512, y, 112, 48, [who, does])
    return drawing.svg()
