"""HTML by type: a text is escaped when it goes into a page, unless it is `Markup` already.

>>> tag("p", "1 < 2 ", tag("b", "& so on"), class_="kit-note")
'<p class="kit-note">1 &lt; 2 <b>&amp; so on</b></p>'
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

VOID = frozenset({"br", "hr", "img", "input", "meta", "rect", "line", "circle", "path", "polygon"})
NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9-]*")

# What terminals act on: colours, cursor moves, window titles. No reader should see them.
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# Characters that are invisible or reorder the text around them: a reader must see that they are
# there, and they must not work. Tab and newline stay.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
# What is read letter by letter, or copied, stays as it is.
VERBATIM = frozenset({"code", "pre", "style", "textarea"})
# A number and its unit, as "1.2 s" or "5 tokens a second": they stay on one line.
UNITS = "ms|s|min|h|days?|%|bytes?|[kMG]B|tokens?|(?:US )?dollars?"
FIGURE = re.compile(rf"\d (?:{UNITS})(?!\w)(?: an? (?:second|minute|hour|day)\b)?|\d a second\b")


class Markup(str):
    """Text that is HTML already and goes into the page as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self

    def __add__(self, other: str) -> Markup:
        return Markup(str(self) + str(escape(other)))


def clean(text: str) -> str:
    """The text without terminal codes, and with every invisible character spelled out."""
    text = ANSI.sub("", text.replace("\r\n", "\n"))
    return INVISIBLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def escape(value: object) -> Markup:
    """The value as HTML: `Markup` as it is, anything else as text that shows what it says."""
    if isinstance(value, Markup):
        return value
    return Markup(html.escape(clean(str(value))))


def join(parts: Iterable[object], separator: object = "") -> Markup:
    """The parts in one piece, each escaped unless it is Markup. None is left out."""
    return Markup(str(escape(separator)).join(escape(p) for p in parts if p is not None))


def whole(text: Markup) -> Markup:
    """The text with no line that ends between a number and its unit.

    >>> whole(escape("took 1.2 s")) == "took 1.2\\u00a0s"
    True
    """
    return Markup(FIGURE.sub(lambda found: found[0].replace(" ", "\u00a0"), text))


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """An element. `class_` is class, `aria_label` is aria-label; None and False leave one out.

    Raises:
        ValueError: the name of the element or of an attribute is none, or runs script.
    """
    words = [_checked(name)]
    for key, value in attributes.items():
        attribute = _checked(key.rstrip("_").replace("_", "-"))
        if attribute.lower().startswith("on"):
            raise ValueError(f"The attribute {attribute!r} would run script; a page here has none.")
        if attribute in ("href", "src") and not str(value).startswith(("http", "#", "data:image/")):
            raise ValueError(f"{attribute}={value!r} is no web address.")
        if value is True:
            words.append(attribute)
        elif value is not None and value is not False:
            words.append(f'{attribute}="{html.escape(clean(str(value)))}"')
    opening = " ".join(words)
    if name in VOID:
        return Markup(f"<{opening}>" if name in ("br", "hr", "img", "input") else f"<{opening}/>")
    parts = join(children) if name in VERBATIM else join(_shown(each) for each in children)
    return Markup(f"<{opening}>{parts}</{name}>")


def _shown(child: object) -> object:
    return child if child is None or isinstance(child, Markup) else whole(escape(child))


def _checked(name: str) -> str:
    if not NAME.fullmatch(name) or name.lower() == "script":
        raise ValueError(f"{name!r} is no name of an element or attribute that may be used here.")
    return name
