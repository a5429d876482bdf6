"""The one way to refuse a request."""

from __future__ import annotations


class ApiError(Exception):
    """An answer that says no.

    Attributes:
        status: the HTTP status, 4xx.
        type: a short name of the reason that a program can compare.
        message: what is wrong and what would be right, for a person.
        param: the field of the request that is wrong, if one is.
        headers: HTTP headers that the refusal must carry.
    """

    def __init__(
        self,
        status: int,
        type: str,
        message: str,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.message = message
        self.param = param
        self.headers = headers or {}

    def body(self) -> dict[str, dict[str, str]]:
        """The answer's body: every refusal has this one shape."""
        error = {"type": self.type, "message": self.message}
        if self.param is not None:
            error["param"] = self.param
        return {"error": error}
