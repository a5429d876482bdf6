"""Asking the model for any dialect: the answer whole, or piece by piece."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from itertools import chain
from typing import Any

import inner
from answers import Answer, told
from errors import ApiError
from inner import Ask, Backend, Piece, Whole


def at_once(ask: Ask, model: Backend, body: Callable[[Whole], Any]) -> Answer:
    """The answer in one.

    Args:
        body: makes the dialect's answer of the model's.
    """
    with closing(model.stream(ask)) as pieces:
        first, first_token = begun(pieces)
        done = inner.whole(chain([first], pieces))
    return Answer(200, body(done), usage=asdict(done.end.usage), first_token=first_token)


def in_pieces(
    ask: Ask,
    model: Backend,
    events: Callable[[Iterator[Piece]], Iterator[bytes]],
    broken: Callable[[ApiError], bytes] = told,
) -> Answer:
    """The answer as a stream of server-sent events.

    The first piece is waited for. What is wrong with the request is raised with it, while another
    status than 200 is still possible.

    Args:
        events: makes the dialect's events of the model's pieces.
        broken: makes the dialect's event of an error, should the model fail in the middle.
    """
    pieces = model.stream(ask)
    first, first_token = begun(pieces)
    usage: dict[str, int] = {}

    def noted() -> Iterator[Piece]:
        for piece in chain([first], pieces):
            usage.update(asdict(piece.usage))
            yield piece

    return Answer(
        200,
        events(noted()),
        usage=usage,
        first_token=first_token,
        closes=pieces,
        broken=broken,
    )


def begun(pieces: Iterator[Piece]) -> tuple[Piece, float]:
    """The first piece, and the seconds that it took."""
    started = time.perf_counter()
    first = next(pieces)
    return first, time.perf_counter() - started
