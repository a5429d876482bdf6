"""Every symbol and verdict that widgets show, each with its word. A symbol never stands alone."""

from __future__ import annotations

from dataclasses import dataclass

from lab.draw.theme import KINDS


@dataclass(frozen=True)
class Word:
    """A symbol, the word that says the same, and the kind of colour that goes with it.

    Raises:
        ValueError: the word is missing, or the theme has no such kind.
    """

    symbol: str
    word: str
    kind: str

    def __post_init__(self) -> None:
        if not self.word.strip() or not self.symbol.strip():
            raise ValueError("A badge needs a symbol and a word: colour alone says nothing.")
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of the theme; there are {', '.join(KINDS)}")

    def __str__(self) -> str:
        return f"{self.symbol} {self.word}"


# Operations on resources.
CREATE = Word("+", "create", "new")
UPDATE = Word("~", "update", "change")
DELETE = Word("-", "delete", "remove")
REPLACE = Word("±", "replace", "change")
SAME = Word("=", "unchanged", "quiet")
READ = Word("=", "read", "quiet")
REFRESH = Word("~", "refresh", "change")
IMPORT = Word("+", "import", "new")

# The states that every widget goes through.
IDLE = Word("=", "not started", "quiet")
RUNNING = Word("…", "running", "quiet")
DONE = Word("✓", "done", "good")
FAILED = Word("!", "failed", "bad")
STOPPED = Word("✗", "stopped", "warn")
REFUSED = Word("✗", "refused", "warn")
INTERRUPTED = Word("✗", "interrupted", "warn")

# Verdicts.
OK = Word("✓", "OK", "good")
FAIL = Word("✗", "FAIL", "bad")
LATER = Word("…", "later", "quiet")
WARNING = Word("!", "warning", "warn")
NOT_TRIED = Word("=", "not tried", "quiet")
NOT_YET = Word("✗", "not yet", "warn")
RIGHT = Word("✓", "right", "good")
WRONG = Word("✗", "wrong", "warn")
YOURS = Word("→", "your answer", "new")
ERROR = Word("!", "error", "bad")
ALLOWED = Word("✓", "allowed", "good")
DENIED = Word("✗", "denied", "warn")
UNDECIDED = Word("!", "cannot decide", "bad")
PASSED = Word("✓", "passed", "good")
IN_STATE = Word("=", "in the state", "quiet")
KEPT = Word("=", "kept", "quiet")
LEFT_OVER = Word("!", "left over", "warn")
DELETED = Word("-", "deleted", "remove")
SKIPPED = Word("=", "not asked", "quiet")

OPERATIONS = {
    "create": CREATE,
    "create-replacement": REPLACE,
    "update": UPDATE,
    "delete": DELETE,
    "delete-replaced": REPLACE,
    "discard": DELETE,
    "discard-replaced": REPLACE,
    "replace": REPLACE,
    "same": SAME,
    "read": READ,
    "read-replacement": REPLACE,
    "read-discard": DELETE,
    "refresh": REFRESH,
    "import": IMPORT,
    "import-replacement": REPLACE,
    "remove-pending-replace": REPLACE,
}

STATES = {
    "idle": IDLE,
    "running": RUNNING,
    "done": DONE,
    "failed": FAILED,
    "stopped": STOPPED,
}


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 resource`, `2 resources`, `10,000 resources`."""
    return f"{number:,} {one if number == 1 else (many or one + 's')}"


def cut(text: str, most: int) -> str:
    """The text, or as much of it as takes `most` characters with what says that it goes on."""
    return text if len(text) <= most else text[: most - 1] + "…"


def seconds(value: float) -> str:
    """A duration a person reads: `45 ms`, `1.2 s`, `2 min 05 s`."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value // 60)} min {int(value % 60):02d} s"


def size(number: int) -> str:
    """A number of bytes a person reads: `312 bytes`, `4.0 kB`, `1.2 MB`."""
    if number < 1000:
        return count(number, "byte")
    for unit, factor in (("kB", 1e3), ("MB", 1e6)):
        if number < factor * 999.95:
            return f"{number / factor:.1f} {unit}"
    return f"{number / 1e9:.1f} GB"
