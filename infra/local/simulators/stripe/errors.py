"""Stripe's error answers."""

from typing import Any


class StripeError(Exception):
    """An error in Stripe's shape: `{"error": {"type", "message", "code", "param"}}` with a status."""

    def __init__(
        self, status: int, message: str, *, kind: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self._fields = {"type": kind, "message": message, "code": code, "param": param}

    @property
    def body(self) -> dict[str, Any]:
        """The answer's JSON; an absent code or parameter is left out."""
        return {"error": {name: value for name, value in self._fields.items() if value}}


class ParameterError(StripeError):
    """A request refused before it was executed, so that its idempotency key is not used up."""

    def __init__(self, message: str, param: str, code: str = "") -> None:
        super().__init__(400, message, code=code, param=param)
