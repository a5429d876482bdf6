"""A graph as SVG, in two shapes: rows and columns, and one column where there is little room.

Colours are the page's own; a shape and a word say what a colour says.
"""

from __future__ import annotations

from lab.draw import theme, words
from lab.draw.html import Markup, clean, tag
from lab.draw.inline import number as _n
from lab.draw.inline import text as _text
from lab.graph.layout import COLUMNS, places
from lab.graph.state import LAYERS, Arrow, Box, Graph

WIDTH, LEFT = 640.0, 82.0
BOX, HIGH, GAP, DROP = 124.0, 42.0, 18.0, 30.0
LINE = 16.0  # pixels of a line of a plan below a box's own two
SLIM, EDGE = 170.0, 34.0  # the narrow shape, and what its arrows have beside the boxes

GROUND = theme.ink("ground", theme.PANEL)
SOFT, QUIET = theme.ink("soft", theme.SHADE), theme.ink("dim", theme.SHAPES["quiet"])
TONES = {"new": "new", "change": "change", "remove": "bad"}  # a kind of word -> the page's colour


def wide(graph: Graph, label: str) -> Markup:
    """Rows along the way of a request, four boxes side by side."""
    seats = places(graph)
    tops, y = [], 8.0
    for row in range(len(seats.layers)):
        tops.append(y)
        y += max(_high(box) for box, at in zip(graph.boxes, seats.rows, strict=True) if at == row)
        y += DROP
    spots = [
        (LEFT + column * (BOX + GAP), tops[row])
        for row, column in zip(seats.rows, seats.columns, strict=True)
    ]
    ways = [_way(graph, arrow, spots, seats.rows, place) for place, arrow in enumerate(graph.drawn)]
    heads = [
        _text(2, tops[row] + 18, LAYERS[layer][0], ink=QUIET)
        for row, layer in enumerate(seats.layers)
        if row == 0 or layer != seats.layers[row - 1]
    ]
    boxes = [_box(box, x, top, BOX) for box, (x, top) in zip(graph.boxes, spots, strict=True)]
    return _svg(WIDTH, y - DROP + 8, label, *ways, *heads, *boxes)


def slim(graph: Graph, label: str) -> Markup:
    """One box below the other, arrows beside them."""
    y, spots, heads = 4.0, [], []
    for place, box in enumerate(graph.boxes):
        if place == 0 or graph.boxes[place - 1].layer != box.layer:
            heads.append(_text(EDGE, y + 12, LAYERS[box.layer][0], ink=QUIET))
            y += 18
        spots.append((EDGE, y))
        y += _high(box) + 8
    room = SLIM - EDGE - 2
    boxes = [_box(box, x, top, room) for box, (x, top) in zip(graph.boxes, spots, strict=True)]
    arcs = [_arc(graph, arrow, [top for _, top in spots]) for arrow in graph.drawn]
    return _svg(SLIM, y, label, *arcs, *heads, *boxes)


def _svg(width: float, height: float, label: str, *pieces: Markup) -> Markup:
    return tag(
        "svg",
        tag("title", label),
        tag("rect", width=_n(width), height=_n(height), fill=GROUND),
        *pieces,
        viewBox=f"0 0 {_n(width)} {_n(height)}",
        role="img",
        aria_label=label,
        font_family=theme.FONT,
        style=f"display:block;width:100%;max-width:{1.25 * width:.0f}px",
    )


def _high(box: Box) -> float:
    return HIGH + LINE * len(_said(box))


def _said(box: Box) -> list[tuple[str, str]]:
    """The words and colours of what is planned for a box; of what stays as it is, nothing."""
    told = []
    for operation, number in sorted(box.operations.items()):
        word = words.OPERATIONS.get(operation)
        if word is not None and operation != "same":
            count = f" {number}" if len(box.members) > 1 else ""
            told.append((f"{word}{count}", _tone(word.kind)))
    return told


def _tone(kind: str) -> str:
    return theme.ink(TONES.get(kind, "dim"), theme.SHAPES[kind])


def _box(box: Box, x: float, y: float, width: float) -> Markup:
    """A box: name, kind and chapter, and what is planned for it; dashed where it is not yet there."""
    said = _said(box)
    tone = said[0][1] if said else QUIET
    missing = set(box.operations) & {"create", "import"}
    frame = tag(
        "rect",
        x=_n(x),
        y=_n(y),
        width=_n(width),
        height=_n(_high(box)),
        rx=6,
        fill=SOFT if not said else GROUND,
        stroke=tone,
        stroke_width=2 if said else 1,
        stroke_dasharray="5 3" if missing else None,
    )
    letters = int((width - 14) / 7.4)
    chapter = f"{box.chapter:02d}" if box.chapter and not box.folded else ""
    return tag(
        "g",
        tag("title", f"{cut(box.name, 80)}, {cut(box.kind, 80)}"),
        frame,
        _text(x + 7, y + 17, cut(short(box.name), letters), bold=True),
        _text(x + 7, y + 34, cut(box.kind, int((width - (36 if chapter else 14)) / 6.7))),
        _text(x + width - 7, y + 34, chapter, at="end", ink=QUIET) if chapter else None,
        *(
            _text(x + 7, y + 34 + LINE * (line + 1), told, ink=ink)
            for line, (told, ink) in enumerate(said)
        ),
    )


def _way(
    graph: Graph,
    arrow: Arrow,
    spots: list[tuple[float, float]],
    rows: tuple[int, ...],
    place: int,
) -> Markup:
    """An arrow from box to box; one that passes a row does so between two columns."""
    (x1, y1), (x2, y2) = spots[arrow.source], spots[arrow.target]
    down = rows[arrow.target] > rows[arrow.source]
    level = rows[arrow.target] == rows[arrow.source]
    source, target = graph.boxes[arrow.source], graph.boxes[arrow.target]
    shift = 6.0 * (place % 7 - 3)  # so that arrows which begin or end together can be told apart
    x1, x2 = x1 + BOX / 2 + shift, x2 + BOX / 2 - shift
    if level:  # below the row, and up again
        low = y1 + max(_high(source), _high(target))
        path = f"M{_n(x1)} {_n(y1 + _high(source))}C{_n(x1)} {_n(low + 24)} {_n(x2)} {_n(low + 24)}"
        return _arrow(f"{path} {_n(x2)} {_n(y2 + _high(target))}", x2, y2 + _high(target), up=True)
    y1 = y1 + _high(source) if down else y1
    y2 = y2 if down else y2 + _high(target)
    path = f"M{_n(x1)} {_n(y1)}"
    if abs(rows[arrow.target] - rows[arrow.source]) > 1:
        middle = _channel(x1, x2) + shift / 4
        turn = DROP if down else -DROP
        path += _curve(x1, y1, middle, y1 + turn) + f"L{_n(middle)} {_n(y2 - turn)}"
        x1, y1 = middle, y2 - turn
    return _arrow(path + _curve(x1, y1, x2, y2), x2, y2, up=not down)


def _channel(x1: float, x2: float) -> float:
    """The gap between two columns that is the shortest way round."""
    gaps = [LEFT + number * (BOX + GAP) - GAP / 2 for number in range(COLUMNS + 1)]
    return min(gaps, key=lambda gap: (abs(gap - x1) + abs(gap - x2), gap))


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = _n((y1 + y2) / 2)
    return f"C{_n(x1)} {middle} {_n(x2)} {middle} {_n(x2)} {_n(y2)}"


def _arrow(path: str, x: float, y: float, *, up: bool) -> Markup:
    head = f"M{_n(x)} {_n(y)}l-4 {'' if up else '-'}7h8z"
    return tag(
        "g",
        tag("path", d=path, fill="none", stroke=QUIET, stroke_width=1.3),
        tag("path", d=head, fill=QUIET),
    )


def _arc(graph: Graph, arrow: Arrow, tops: list[float]) -> Markup:
    """An arrow at the left of the boxes: the farther, the wider its bow."""
    start = tops[arrow.source] + _high(graph.boxes[arrow.source]) / 2 + 4
    end = tops[arrow.target] + _high(graph.boxes[arrow.target]) / 2 - 4
    bow = EDGE - 6 - min(26.0, 6.0 * abs(arrow.source - arrow.target))
    path = f"M{_n(EDGE)} {_n(start)}C{_n(bow)} {_n(start)} {_n(bow)} {_n(end)} {_n(EDGE)} {_n(end)}"
    return tag(
        "g",
        tag("path", d=path, fill="none", stroke=QUIET, stroke_width=1.2),
        tag("path", d=f"M{_n(EDGE)} {_n(end)}l-7 -4v8z", fill=QUIET),
    )


def short(name: str) -> str:
    """A name without the words that all share: `languageModelApi` is `Api`."""
    for shared in ("languageModel", "LanguageModel"):
        if name.startswith(shared) and name[len(shared) : len(shared) + 1].isupper():
            return name[len(shared) :]
    return name


def cut(text: str, letters: int) -> str:
    """A name, cleaned and cut: whoever wrote the program chose it."""
    return words.cut(clean(text[: 4 * letters]), letters)
