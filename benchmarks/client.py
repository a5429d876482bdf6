"""A caller with many connections that stay open, light enough not to be what is measured.

Fifty threads of an HTTP library take longer to read an answer than the sandbox takes to give it.
Here one event loop writes requests made beforehand, and reads no more of an answer than its
status and its length.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE = 120.0  # seconds for all requests of a call together


@dataclass
class Answers:
    """What came back.

    Attributes:
        seconds: of each answer, from writing the request to having read all of it.
        asked: how many requests were to be sent; those without an answer are lost.
        took: seconds from the first request to the last answer.
        busy: share of `took` in which this process computed: near 1, the caller is the limit.
    """

    asked: int
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0
    busy: float = 0.0

    @property
    def lost(self) -> int:
        """Requests without an answer."""
        return self.asked - len(self.seconds)

    @property
    def faults(self) -> int:
        """Answers with a 5xx."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    @property
    def wrong(self) -> int:
        """Requests that were not answered with 200."""
        return self.asked - self.statuses[200]


def drive(endpoint: str, paths: Sequence[str], clients: int) -> Answers:
    """GET all paths, each client sending its next request when it has its answer."""
    return asyncio.run(_drive(endpoint, paths, clients))


async def _drive(endpoint: str, paths: Sequence[str], clients: int) -> Answers:
    where = urlsplit(endpoint)
    lines = f"Host: {where.netloc}\r\nAccept: application/json\r\n\r\n"
    todo = iter([f"GET {path} HTTP/1.1\r\n{lines}".encode() for path in paths])
    answers = Answers(asked=len(paths))
    opened = [
        await asyncio.open_connection(where.hostname, where.port)
        for _ in range(min(clients, len(paths)))
    ]
    started, computed = time.perf_counter(), time.process_time()
    work = [asyncio.ensure_future(_client(each, todo, answers)) for each in opened]
    _, late = await asyncio.wait(work, timeout=PATIENCE)
    answers.took = time.perf_counter() - started
    answers.busy = (time.process_time() - computed) / answers.took
    for task in late:
        task.cancel()
    for _, writer in opened:
        writer.close()
    await asyncio.gather(*work, return_exceptions=True)
    return answers


async def _client(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    todo: Iterator[bytes],
    answers: Answers,
) -> None:
    reader, writer = connection
    address = writer.get_extra_info("peername")
    for request in todo:
        started = time.perf_counter()
        try:
            writer.write(request)
            status, goes_on = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError):
            goes_on = False
        else:
            answers.seconds.append(time.perf_counter() - started)
            answers.statuses[status] += 1
        if not goes_on:
            writer.close()
            reader, writer = await asyncio.open_connection(*address)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Read one answer; its status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    fields = dict(line.split(b":", 1) for line in head.split(b"\r\n")[1:] if line)
    if b"chunked" in fields.get(b"transfer-encoding", b""):
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(int(fields[b"content-length"]))
    return int(head[9:12]), b"close" not in fields.get(b"connection", b"")
