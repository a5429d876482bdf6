"""Fetches log lines from CloudWatch Logs in a worker; the thread that draws takes them in."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lab.logs.events import ACCESS, EXECUTION, FUNCTION, line_of
from lab.logs.state import DENIED, EMPTY, MISSING, READ, UNREACHED, Logs, Source, seconds_of

PAGES = 30  # calls for one group: 10,000 lines each at most
LATE = 15_000  # milliseconds; AWS may bring a line this much later than one that is newer
PAGE = 10_000

Raw = list[tuple[int, str]]
NOT_THERE = {
    ACCESS: "Chapter 14 makes it: up(14).",
    EXECUTION: "API Gateway writes its steps once chapter 15 says so: up(15).",
    FUNCTION: "Chapter 02 makes the function and its log: up(2).",
}
NOTHING_YET = {
    ACCESS: "Send a request: each one leaves a line. On AWS it takes some seconds to be there.",
    EXECUTION: "Send a request; with the level ERROR only failures leave lines, with OFF nothing.",
    FUNCTION: "Send a request that reaches the function: the gateway's own refusals do not.",
}


class Reader:
    """Reads groups, remembers what it has read, and gives only what is new.

    Args:
        client: boto3's client of CloudWatch Logs.
        clock: seconds since 1970.
    """

    def __init__(self, client: Any, clock: Callable[[], float] = time.time) -> None:
        self._client, self._clock = client, clock
        self._seen: dict[str, Counter[tuple[Any, ...]]] = {}
        self._newest: dict[str, int] = {}

    def new(self, source: Source, since: str, word: str = "") -> Raw:
        """The lines of a group that were not read before.

        Args:
            since: how far back the first look goes.
            word: what has to be in a line, letter by letter; "" for all.

        Raises:
            ClientError: AWS refuses.
            BotoCoreError: AWS is not reached.
        """
        slot = f"{source.group} {word}"
        seen = self._seen.setdefault(slot, Counter())
        start = int((self._clock() - seconds_of(since)) * 1000)
        if slot in self._newest:
            start = max(start, self._newest[slot] - LATE)
        now: Counter[tuple[Any, ...]] = Counter()
        found: Raw = []
        for event in self._events(source.group, start, word):
            # The sandbox gives no ids; then equal lines are told apart by how many there are.
            key = (event.get("eventId"), event["logStreamName"], event["timestamp"],
                   event["message"])  # fmt: skip
            now[key] += 1
            if now[key] > seen[key]:
                seen[key] += 1
                found.append((event["timestamp"], event["message"]))
                self._newest[slot] = max(self._newest.get(slot, 0), event["timestamp"])
        return found

    def _events(self, group: str, start: int, word: str) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {"logGroupName": group, "startTime": start}
        # Quoted, a word with - in it is one word.
        asked |= {"filterPattern": f'"{word}"'} if word else {}
        for _ in range(PAGES):
            answer = self._client.filter_log_events(**asked)
            yield from answer["events"]
            if answer.get("nextToken"):
                asked["nextToken"] = answer["nextToken"]
            elif len(answer["events"]) >= PAGE:  # the sandbox gives no token: go on after these
                asked["startTime"] = answer["events"][-1]["timestamp"] + 1
            else:
                return


class LogReading:
    """One look at all groups, in a worker of its own.

    >>> reading = LogReading(logs, reader)
    >>> while reading.take(wait=0.25):
    ...     draw(logs)
    """

    def __init__(self, logs: Logs, reader: Reader) -> None:
        self._logs, self._reader = logs, reader
        self._news: queue.SimpleQueue[tuple[str, Any, Any]] = queue.SimpleQueue()
        self._stopped = threading.Event()
        threading.Thread(target=self._work, name="logs", daemon=True).start()

    def take(self, wait: float = 0.0) -> bool:
        """Put what came into the Logs, after waiting at most so long; False: that was all.

        Raises:
            Exception: the kit failed; the Logs have failed.
        """
        try:
            news = self._news.get(timeout=wait) if wait else self._news.get_nowait()
            while True:
                if not self._apply(*news):
                    return False
                news = self._news.get_nowait()
        except queue.Empty:
            return True

    def stop(self) -> None:
        """Fetch no more."""
        self._stopped.set()
        self._logs.end("stopped")

    def _apply(self, kind: str, what: Any, raw: Any) -> bool:
        if kind == "phase":
            self._logs.phase = what
        elif kind == "source":
            source, found = what
            source.state, source.detail, source.fix = found
            self._logs.add(source, raw)
        elif kind == "end":
            self._logs.end("done")
            return False
        else:
            self._logs.end("failed", f"The kit failed: {what}")
            raise what
        return True

    def _work(self) -> None:
        try:
            raw = {source.group: self._look(source) for source in self._logs.sources}
            if self._logs.request_id:
                self._follow_chain([line for lines in raw.values() for line in lines])
            self._news.put(("end", None, None))
        except Exception as error:  # noqa: BLE001 - raised again by `take`
            self._news.put(("error", error, None))

    def _follow_chain(self, raw: Raw) -> None:
        """What the function's log has of the same Lambda requests: START, END, REPORT."""
        ids = {line_of(time, FUNCTION, text).lambda_id for time, text in raw} - {""}
        for source in self._logs.sources:
            if source.kind == FUNCTION:
                for word in sorted(ids)[:5]:
                    self._look(source, word, without=self._logs.request_id)

    def _look(self, source: Source, word: str = "", without: str = "") -> Raw:
        """Read one group and tell what became of it."""
        if self._stopped.is_set():
            return []
        if not source.group:
            fix = NOT_THERE.get(source.kind, "")
            self._tell(source, (MISSING, "The stack has no such output.", fix), [])
            return []
        self._news.put(("phase", f"reading the {source.kind}", None))
        try:
            raw = self._reader.new(source, self._logs.since, word or self._logs.request_id)
        except ClientError as error:
            self._tell(source, refused(source, error), [])
            return []
        except BotoCoreError as error:
            self._tell(source, (UNREACHED, f"{error}.", unreached(error)), [])
            return []
        new = [line for line in raw if not without or without not in line[1]]
        if new or source.state in (READ, EMPTY):
            self._tell(source, (READ if new or source.lines else EMPTY, "", hint(source)), new)
        else:
            self._tell(source, (EMPTY, *nothing(source, self._logs.request_id)), new)
        return raw

    def _tell(self, source: Source, found: tuple[str, str, str], raw: Raw) -> None:
        self._news.put(("source", (source, found), raw))


def hint(source: Source) -> str:
    """What brings lines into a group that has none."""
    return NOTHING_YET.get(source.kind, "Wait for what writes into it, or look further back.")


def nothing(source: Source, request_id: str) -> tuple[str, str]:
    """Why there may be no line, and what to do: (detail, fix)."""
    if not request_id:
        return "There are no lines yet.", hint(source)
    if source.kind == FUNCTION:
        return "No line has this id.", "None, if the gateway refused it: then nothing was invoked."
    return "No line has this id.", "Compare it with x-amzn-RequestId; on AWS, wait some seconds."


def refused(source: Source, error: ClientError) -> tuple[str, str, str]:
    """What AWS's refusal means: (state, detail, fix)."""
    code = error.response.get("Error", {}).get("Code", "")
    if code == "ResourceNotFoundException":
        fix = NOT_THERE.get(source.kind, "Its name is in: aws logs describe-log-groups")
        return MISSING, "It does not exist.", fix
    if "AccessDenied" in code or code in ("UnrecognizedClientException", "ExpiredTokenException"):
        return (
            DENIED,
            f"{code}.",
            "Allow logs:FilterLogEvents on it to who you are: aws sts get-caller-identity",
        )
    return UNREACHED, f"{error}.", "Read again in a moment."


def unreached(error: BotoCoreError) -> str:
    """What to do when AWS is not reached."""
    if "Credentials" in type(error).__name__:
        return "Sign in (aws configure, or aws sso login), or open the sandbox: start()."
    return "The sandbox may be down: up() starts it again. On AWS, check the network."
