"""`ask` and `playground`: prompts to the gateway that is deployed."""

from __future__ import annotations

from lab import course
from lab.draw.clock import now
from lab.errors import LabError, NotReady
from lab.prompt import keys
from lab.prompt.answer import Answer
from lab.prompt.exchange import Sending
from lab.prompt.meaning import no_answer
from lab.prompt.playground import Playground
from lab.prompt.state import Exchange, Options
from lab.prompt.transport import NoAnswer, Transport
from lab.session import session


def ask(
    prompt: str,
    *,
    max_tokens: int | None = None,
    temperature: float | None = None,
    seed: int | None = None,
    stop: tuple[str, ...] | list[str] = (),
    url: str | None = None,
    key: str | None = None,
) -> Answer:
    """Send a prompt to the deployed gateway and return its answer, whatever its status.

    >>> ask("What is gravity?", max_tokens=32).completion
    'Gravity is the force that …'

    Args:
        url: another address than the stack's own; keys of the stack are not sent there.
        key: whose key is sent: a team's name, or a key itself. Default: that of the stack's
            first team, once there are teams. "": none.

    Raises:
        NotReady: nothing is deployed that has a URL.
        LabError: nothing answered: the sandbox is down, the name unknown, or it took too long.
    """
    options = Options(max_tokens, temperature, seed, tuple(stop))
    request = options.request(url or model_url(), prompt, keys.headers(key, url))
    exchange = Exchange(request).begin(now())
    try:
        return Answer(exchange.answered(Transport().send(request)))
    except NoAnswer as failure:
        what, fix = no_answer(failure.kind, request.url, failure.detail, failure.waited)
        raise LabError(what, fix) from None


def playground(url: str | None = None, *, key: str | None = None) -> Playground:
    """The prompt playground, as the last expression of a cell; `ask` is its code form.

    Args:
        url, key: as for `ask`.

    Raises:
        NotReady: nothing is deployed that has a URL.
    """
    address = url or model_url()
    return Playground(address, start=Sending, now=now, headers=lambda: keys.headers(key, url))


def model_url() -> str:
    """The URL of the model, from the stack's outputs.

    Raises:
        NotReady: the stack has none yet; the message names the chapter that makes it.
    """
    found = session.address("model_url")
    if not found:
        raise NotReady(
            "There is no URL to send a prompt to: the stack has no output 'model_url'.",
            course.to_make("stage"),
        )
    return found
