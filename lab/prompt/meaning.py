"""What an answer, or none, tells the one who asked: who refused, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from lab.prompt.state import Reply

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Meaning:
    """What a status from the gateway or the function tells, for the one who asked."""

    status: int
    who: str
    sign: str
    text: str
    fix: str = ""


# The first row that fits is taken; `sign` is looked for in the reason. AWS's own texts.
MEANINGS = (
    Meaning(401, "gateway", "", "The gateway does not know who asks: no key came along, or one "
            "that it does not know.",
            "Leave `key` out: then the key of the stack's first team is sent (chapter 08)."),
    Meaning(403, "gateway", "Missing Authentication Token",
            "The deployed API has no such path or method; the gateway says so with 403.",
            "Compare the path with the stage's URL, and deploy what is new: up(6)."),
    Meaning(403, "gateway", "not authorized",
            "The API's resource policy, or its authorizer, does not let this caller in.",
            "Look at resource_policy() in chapter 03 and access() in chapter 08, then deploy "
            "again: up()."),
    Meaning(403, "gateway", "", "The gateway refuses this caller.",
            "Check the stage's name in the URL, then whether the key is in a usage plan of this "
            "stage (chapter 11)."),
    Meaning(413, "function", "", "The prompt is longer than the function takes.",
            "Shorten it: GET on the same URL tells the limits."),
    Meaning(413, "", "", "The request is bigger than the gateway passes on.", "Send less."),
    Meaning(429, "gateway", "limit exceeded", "The quota of this key's usage plan is used up.",
            "Wait for its next period, a day from midnight UTC, or raise gateway:teamQuota."),
    Meaning(429, "function", "", "This key has used up its tokens of today.",
            "Wait until midnight UTC, or raise gateway:tokensPerDay and run up()."),
    Meaning(429, "gateway", "", "The gateway lets no more requests through right now.",
            "Wait a moment, then send it again."),
    Meaning(500, "gateway", "", "The gateway could not call the function.",
            "Usually its role may not: look at invoke_policy() in chapter 02 and integration() in "
            "chapter 05."),
    Meaning(502, "gateway", "", "The function failed, or answered in a shape that is no answer.",
            "The function's log tells which: chapter 02 shows where it is."),
    Meaning(504, "gateway", "", "The function took longer than the gateway waits (29 s).",
            "Ask for fewer tokens, or send a shorter prompt."),
    Meaning(405, "function", "", "The function does not take this method.", "Send a POST."),
)  # fmt: skip


def meaning(reply: Reply) -> Meaning | None:
    """What the status means; None where the answer speaks for itself."""
    if reply.status < 400:
        return None
    for row in MEANINGS:
        fits = row.status == reply.status and row.who in ("", reply.who)
        if fits and row.sign.lower() in reply.said.lower():
            return row
    if reply.said:
        return None
    return Meaning(reply.status, reply.who, "", "The request was refused, without a reason.")


def where(url: str) -> str:
    """Where a URL leads, in words: the sandbox, AWS with its region, or the host."""
    host = urlsplit(url).hostname or ""
    if host in LOOPBACK:
        return "sandbox on this machine"
    parts = host.split(".")
    if host.endswith(".amazonaws.com") and "execute-api" in parts[:-1]:
        return f"AWS {parts[parts.index('execute-api') + 1]}"
    return host or "nowhere"


def no_answer(kind: str, url: str, detail: str, waited: float) -> tuple[str, str]:
    """(what happened, the fix) when nothing answered. Kinds: refused, name, timeout, other."""
    host = urlsplit(url).netloc
    local = where(url).startswith("sandbox")
    if kind == "refused" and local:
        return (
            f"Nothing answers at {host}: the sandbox is not running.",
            "Run up(): it starts the sandbox again and brings back what is gone.",
        )
    if kind == "name":
        return (
            f"The name {host} is unknown: the API is gone, or there is no network.",
            "Run outputs() to see the URL that the stack has now; up(6) makes it again.",
        )
    if kind == "timeout":
        return (
            f"No answer within {waited:.0f} s from {host}.",
            "Ask for fewer tokens. A sandbox that hangs is restarted with: "
            "python -m sandbox stop, then start"
            if local
            else "Ask for fewer tokens, then send it again.",
        )
    return (
        f"The connection to {host} failed: {detail}",
        "Send it again; if it stays so, run up() and look at python -m sandbox status."
        if local
        else "Check the network, then send it again.",
    )
