"""A model of Bedrock's as a Backend, and what its errors mean for our callers."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from bedrock import converse, pieces
from errors import ApiError
from inner import Ask, Limits, Piece
from rough import Rough

# How each of its errors is told. What is not here is a failure of the backend: 502.
STATUS = {
    "ThrottlingException": 429,
    "ServiceQuotaExceededException": 429,
    "ModelNotReadyException": 503,
    "ServiceUnavailableException": 503,
    "ModelTimeoutException": 504,
}
CODES = {
    400: "backend_refused",
    429: "rate_limit_exceeded",
    503: "backend_unavailable",
    504: "backend_timeout",
}
SAID = {
    429: "The model behind this gateway has no room for more just now.",
    503: "The model behind this gateway is not there just now.",
    504: "The model behind this gateway takes too long.",
}


@dataclass
class Bedrock(Rough):
    """It is an inner.Backend, where each of its methods is described.

    Attributes:
        model_id: of a model, or of an inference profile.
        client: boto3's "bedrock-runtime".
        system_prompt: said first where the caller has no system message.
    """

    name: str
    model_id: str
    client: Any
    limits: Limits
    system_prompt: str = ""
    frames: tuple[str, ...] = ()

    def stream(self, ask: Ask) -> Generator[Piece, None, None]:
        """Its answer. A failure is an ApiError, before the first piece and after it."""
        told = converse.of(ask, self.model_id, self.system_prompt)
        self._refuse_unknown(told)
        with failures(), closing(self.client.converse_stream(**told)["stream"]) as events:
            yield from pieces.pieces(events, self.count(ask))

    def _refuse_unknown(self, told: dict[str, Any]) -> None:
        """boto3 in Lambda's own runtime is months old: what it lacks is refused, not dropped."""
        known = self.client.meta.service_model.operation_model("ConverseStream").input_shape.members
        if not told.keys() <= known.keys():
            message = "response_format needs a newer boto3 in the function: bring it in a layer."
            raise converse.unsupported("response_format", message)


@contextmanager
def failures() -> Iterator[None]:
    """Turn boto3's errors into ApiErrors."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise refusal(error.response["Error"]) from None
    except BotoCoreError:
        message = "The model behind this gateway cannot be reached."
        raise failed(502, "backend_lost", message) from None


def refusal(error: dict[str, str]) -> ApiError:
    """What Bedrock's error means for a caller.

    What is wrong with the request is told in Bedrock's words. That our role may not ask, or that
    there is no such model, is ours to mend: no word of it goes to the caller.
    """
    code = error.get("Code", "")
    if code.lower() == "validationexception":
        message = error.get("Message") or "The model cannot take this request."
        return ApiError(400, CODES[400], message[:500])
    status = {name.lower(): status for name, status in STATUS.items()}.get(code.lower(), 502)
    if status == 429:
        return ApiError(429, CODES[429], SAID[429], headers={"Retry-After": "5"}, type="requests")
    message = SAID.get(status, "The model behind this gateway has failed.")
    return failed(status, CODES.get(status, "backend_failed"), message)


def failed(status: int, code: str, message: str) -> ApiError:
    """A failure that is not the caller's."""
    return ApiError(status, code, message, type="server_error")
