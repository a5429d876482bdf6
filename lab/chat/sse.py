"""Server-sent events: the lines that a stream of tokens comes in, cut wherever the network likes."""

from __future__ import annotations

import codecs
import re

LONGEST = 1_000_000  # characters of one event; a model's piece has some hundred
LINE = re.compile(r"\r\n|\n|\r")


class TooLong(ValueError):
    """An event that does not end."""


class Events:
    """Takes in bytes as they come and gives the data of each event that is complete.

    >>> events = Events()
    >>> events.feed(b'data: {"a"')
    []
    >>> events.feed(b': 1}\\n\\n')
    ['{"a": 1}']
    """

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._held = ""  # a \r that may be half of a line's end
        self._rest: list[str] = []  # of the line that is not over, piece by piece
        self._waiting = 0  # characters of it
        self._data: list[str] = []
        self._size = 0

    def feed(self, piece: bytes) -> list[str]:
        """The data of the events that these bytes complete.

        Raises:
            TooLong: an event has over a million characters.
        """
        text = self._held + self._decode(piece)
        self._held = "\r" if text.endswith("\r") else ""
        # What came before has no end of a line: only what is new is looked through.
        first, *more = LINE.split(text[: len(text) - len(self._held)])
        self._wait_for(first)
        found = []
        for part in more:
            if (data := self._line("".join(self._rest))) is not None:
                found.append(data)
            self._rest, self._waiting = [], 0
            self._wait_for(part)
        if self._size + self._waiting > LONGEST:
            raise TooLong(f"An event has over {LONGEST:,} characters.")
        return found

    def _wait_for(self, text: str) -> None:
        """Keep the beginning of a line, or more of it."""
        self._rest.append(text)
        self._waiting += len(text)

    def _line(self, line: str) -> str | None:
        """The data of the event that this line ends, if it ends one."""
        if not line:
            data, self._data, self._size = self._data, [], 0
            return "\n".join(data) if data else None
        name, _, value = line.partition(":")
        if name == "data":  # other fields, and comments, tell nothing here
            value = value.removeprefix(" ")
            self._data.append(value)
            self._size += len(value)
        return None
