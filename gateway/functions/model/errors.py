"""The one way to refuse a request."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer that says no.

    Attributes:
        status: the HTTP status: 4xx, or 500 where the fault is ours.
        code: a short name of the reason that a program can compare.
        message: what is wrong and what would be right, for a person.
        param: the field of the request that is wrong, if one is.
        headers: HTTP headers that the refusal must carry.
        type: the kind of reason, by OpenAI's names.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        param: str | None = None,
        headers: dict[str, str] | None = None,
        type: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = headers or {}
        self.type = type

    def body(self) -> dict[str, Any]:
        """The answer's body."""
        return error_body(self.message, self.type, self.code, self.param)


def error_body(message: str, type: str, code: str, param: str | None = None) -> dict[str, Any]:
    """An error in OpenAI's shape, which all errors have here: its clients read them all."""
    return {"error": {"message": message, "type": type, "param": param, "code": code}}


def failure(request_id: str) -> ApiError:
    """What is said when the fault is ours. Why is for the log, not for the caller."""
    message = f"The function failed. Its log says why, under request {request_id}."
    return ApiError(500, "internal_error", message, type="server_error")
