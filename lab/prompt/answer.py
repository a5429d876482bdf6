"""How one exchange reads: the prompt, the answer and its numbers, and the request to copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.draw import panels, words
from lab.draw.html import Markup, clean, tag
from lab.draw.panels import excerpt
from lab.draw.view import View
from lab.prompt.figures import figures
from lab.prompt.meaning import meaning, where
from lab.prompt.request import SNIPPETS, Request
from lab.prompt.state import Exchange, Reply

ASKED = 800  # characters of a prompt: the reader knows it; the request has more of it
Snippets = Mapping[str, Callable[[Request], str]]
LINE = 90  # characters of an older exchange


def facts(exchange: Exchange) -> dict[str, Any]:
    """All that any form shows of an exchange, as plain data."""
    reply = exchange.reply
    known: dict[str, Any] = {
        "state": exchange.state,
        "phase": exchange.phase,
        "when": exchange.when,
        "where": where(exchange.request.url),
        "seconds": round(exchange.seconds, 3),
        "request": exchange.request.state(),
        "problem": exchange.problem,
        "fix": exchange.fix,
    }
    if reply is None:
        return known
    means = meaning(reply)
    return {
        **known,
        "problem": means.text if means else "",
        "fix": means.fix if means else "",
        "status": reply.status,
        "who": reply.who,
        "completion": reply.completion,
        "said": reply.said if reply.status >= 400 else "",
        "usage": reply.usage,
        "tokens_per_second": round(reply.rate, 1) if reply.rate else None,
        "finish_reason": reply.get("finish_reason", str) or "",
        "model": reply.get("model", str) or "",
        "request_id": reply.request_id,
        "headers": dict(reply.headers),
        "body": reply.body,
    }


def verdict(exchange: Exchange) -> tuple[words.Word, str]:
    """The badge and the sentence that go first."""
    reply, took = exchange.reply, words.seconds(exchange.seconds)
    if reply is not None and reply.status >= 400:
        return words.REFUSED, f"{reply.status} from {speaker(reply)} after {took}"
    if reply is not None:
        return words.DONE, f"{reply.status} from {speaker(reply)} in {took}"
    if exchange.state == "failed":
        return words.FAILED, f"nothing answered ({took})"
    if exchange.state == "stopped":
        return words.STOPPED, f"stopped waiting after {took}; the function may still be writing"
    if exchange.state == "running":
        return words.RUNNING, f"{exchange.phase}, {exchange.seconds:.0f} s"
    return words.IDLE, "not sent"


def speaker(reply: Reply) -> str:
    """Who answered, in words."""
    return {
        "gateway": "the gateway (the function was not asked, or failed)",
        "function": "the function",
        "front door": "something before the gateway",
    }[reply.who]


def numbers(exchange: Exchange) -> list[tuple[str, str]]:
    """What was measured and named: rows of a table, empty ones left out."""
    reply = exchange.reply
    if reply is None:
        return []
    used = reply.usage
    rate = (
        f"{reply.rate:.1f} a second, with the way there and back (measured)" if reply.rate else ""
    )
    rows = [
        ("tokens of the prompt", str(used.get("prompt_tokens", ""))),
        ("tokens of the answer", str(used.get("completion_tokens", ""))),
        ("tokens written", rate),
        ("ended because", ended(reply.get("finish_reason", str) or "")),
        ("model", reply.get("model", str) or ""),
        ("request id", reply.request_id),
    ]
    return [(name, excerpt(value, 200)) for name, value in rows if value]


def ended(reason: str) -> str:
    """Why an answer ended, in words."""
    known = {
        "stop": "the model was done (stop)",
        "length": "max_tokens was reached (length)",
    }
    return known.get(reason, reason)


def to_text(exchange: Exchange) -> str:
    """The exchange in plain text."""
    word, sentence = verdict(exchange)
    known = facts(exchange)
    lines = [f"{word}: {sentence}", f"Prompt: {excerpt(exchange.prompt, ASKED)}"]
    if known.get("completion"):
        lines.append(f"Answer: {excerpt(known['completion'])}")
    return clean("\n".join([*lines, *ending(exchange, known, numbers(exchange))]))


def ending(
    exchange: Exchange, known: Mapping[str, Any], rows: Sequence[tuple[str, str]]
) -> list[str]:
    """What stands below an answer, line by line: why it is none, what was measured, the place."""
    lines = [excerpt(known[name]) for name in ("said", "problem") if known.get(name)]
    lines += [f"Fix: {known['fix']}"] if known["fix"] else []
    lines += [f"{name}: {value}" for name, value in rows]
    return [*lines, place(exchange)]


def to_line(exchange: Exchange) -> str:
    """The exchange in one line."""
    word, sentence = verdict(exchange)
    return one_line(word, sentence.split(" (")[0], exchange.prompt)


def earlier_text(exchanges: Sequence[Exchange]) -> list[str]:
    """What was asked before, newest first, one line each."""
    lines = [to_line(exchange) for exchange in reversed(exchanges)]
    return ["Before:", *lines] if lines else []


def earlier_html(exchanges: Sequence[Exchange]) -> Markup | None:
    """The same, quieter than what is new."""
    lines = [to_line(exchange) for exchange in reversed(exchanges)]
    return panels.muted("Before: ", panels.lines(["", *lines])) if lines else None


def one_line(word: words.Word, sentence: str, prompt: str) -> str:
    """A verdict and the beginning of what it is about."""
    prompt = " ".join(clean(prompt[: LINE * 2]).split())
    return f"{word}: {sentence}: {prompt[:LINE]}{'…' if len(prompt) > LINE else ''}"


def to_html(exchange: Exchange) -> Markup:
    """The exchange as pieces of a panel: no control, nothing that is not folded or short."""
    known = facts(exchange)
    said: list[Markup | None] = [quote("Prompt", excerpt(exchange.prompt, ASKED))]
    if known.get("completion"):
        said.append(quote("Answer", excerpt(known["completion"])))
    return laid_out(exchange, verdict(exchange), said, known, numbers(exchange))


def laid_out(
    exchange: Exchange,
    verdict: tuple[words.Word, str],
    said: Sequence[Markup | None],
    known: Mapping[str, Any],
    rows: Sequence[tuple[str, str]],
    snippets: Snippets = SNIPPETS,
) -> Markup:
    """The pieces of a panel in their order: verdict, what was said, why, numbers, request, answer."""
    word, sentence = verdict
    reply = exchange.reply
    return tag(
        "div",
        tag("p", panels.badge(word), " ", sentence),
        *said,
        *(tag("p", excerpt(known[name])) for name in ("said", "problem") if known.get(name)),
        panels.fix(known["fix"]),
        panels.muted(line) if (line := figures(rows)) else None,
        panels.details("What was measured", panels.table("Numbers", ("what", "value"), rows))
        if rows
        else None,
        inspector(exchange.request, snippets),
        panels.details("The answer as it came", panels.code(raw(reply))) if reply else None,
        panels.muted(place(exchange)),
    )


def inspector(request: Request, snippets: Snippets = SNIPPETS) -> Markup:
    """The request as it is sent, and to copy; keys are variables."""
    shown = [f"{request.method} {request.url}"]
    shown += [f"{name}: {value}" for name, value in request.all_headers().items()]
    copies = (
        panels.details(f"Copy as {name}", panels.code(excerpt(snippet(request))))
        for name, snippet in snippets.items()
    )
    sent = panels.code(excerpt("\n".join(shown) + f"\n\n{request.body}"))
    return tag("div", panels.details("The request as it was sent", sent), *copies)


def quote(name: str, text: str) -> Markup:
    """A text that somebody wrote, under its heading."""
    return tag("div", tag("strong", name), panels.prose(text))


def raw(reply: Reply) -> str:
    """An answer as it came: status, headers, body."""
    head = [f"HTTP {reply.status}", *(f"{n}: {v}" for n, v in reply.headers.items())]
    return excerpt("\n".join(head)) + "\n\n" + excerpt(reply.body)


def place(exchange: Exchange) -> str:
    """When it was, and where."""
    return ", ".join(part for part in (exchange.when, where(exchange.request.url)) if part)


class Answered(View):
    """What came back of an exchange, as far as every answer tells it."""

    @property
    def exchange(self) -> Exchange:
        """The exchange as it is."""
        raise NotImplementedError

    @property
    def request(self) -> Request:
        """What was sent; `.as_curl()`, `.as_requests()` and `.as_powershell()` copy it."""
        return self.exchange.request

    @property
    def who(self) -> str:
        """`gateway`, `function` or `front door`: who this answer is from; "" when it is none."""
        return self.exchange.reply.who if self.exchange.reply else ""

    @property
    def request_id(self) -> str:
        """The id that logs know this request by."""
        return self.exchange.reply.request_id if self.exchange.reply else ""

    @property
    def seconds(self) -> float:
        """From sending to the last byte."""
        return self.exchange.seconds

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers."""
        return dict(self.exchange.reply.headers) if self.exchange.reply else {}

    @property
    def data(self) -> Any:
        """The answer's JSON as data; None where it is none, as with a stream."""
        return self.exchange.reply.data if self.exchange.reply else None


class Answer(Answered):
    """What `ask` got back: a 200 with a completion, or a refusal with its reason."""

    def __init__(self, exchange: Exchange) -> None:
        if exchange.reply is None:
            raise ValueError(f"An exchange that {exchange.state} has no answer.")
        self._exchange, self._reply = exchange, exchange.reply

    @property
    def exchange(self) -> Exchange:
        """The exchange, which is over."""
        return self._exchange

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._reply.status

    @property
    def completion(self) -> str:
        """What the model wrote; "" when it was not asked."""
        return self._reply.completion

    @property
    def usage(self) -> dict[str, int]:
        """`prompt_tokens` and `completion_tokens`."""
        return self._reply.usage

    @property
    def finish_reason(self) -> str:
        """`stop` or `length`; "" on a refusal."""
        return self._reply.get("finish_reason", str) or ""

    def state(self) -> dict[str, Any]:
        """All facts, as plain data."""
        return facts(self._exchange)

    def text(self) -> str:
        """The exchange in plain text."""
        return to_text(self._exchange)

    def html(self) -> Markup:
        """The exchange in a panel."""
        return panels.panel(to_html(self._exchange), label="Answer to a prompt")
