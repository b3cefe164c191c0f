"""Errors that a caller can act on, each with its HTTP status and stable code.

A domain's errors subclass ``DomainError`` in its own ``errors.py``; a function names the ones it may answer, and the
HTTP shell looks the answer up by class.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from shared.kernel.text.speech import Sentence


class DomainError(Exception):
    """A refusal with a stable code.

    Attributes:
        status: HTTP status.
        code: stable, upper snake case.
        message: default text for people.
        carries: the wire model of ``data``, where the error has one.
        details: ``(field, message)`` pairs for errors about input.
        data: what the one shape carries beside the error, e.g. the original result of a replay.
        meta: what goes into ``meta``.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "VALIDATION_ERROR"
    message: ClassVar[str] = Sentence("The request is not valid.")
    carries: ClassVar[type[BaseModel] | None] = None

    def __init__(
        self,
        message: str | None = None,
        *,
        details: Sequence[tuple[str, str]] = (),
        data: Any = None,
        meta: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message or self.message)
        self.details = tuple(details)
        self.data = data
        self.meta = dict(meta or {})
        self.headers = dict(headers or {})


class ValidationFailed(DomainError):
    """The request is not of the declared form; ``details`` name the fields (S-P-23)."""


class Unauthorized(DomainError):
    """No, or no longer valid, credentials."""

    status, code, message = 401, "UNAUTHORIZED", "Sign in to do this."


class Forbidden(DomainError):
    """The caller lacks the permission."""

    status, code, message = 403, "FORBIDDEN", "You are not allowed to do this."


class EmailNotVerified(DomainError):
    """The operation needs a confirmed e-mail address."""

    status, code, message = 403, "EMAIL_NOT_VERIFIED", "Confirm your e-mail address first."


class AccountSuspended(DomainError):
    """The account is suspended."""

    status, code, message = 403, "ACCOUNT_SUSPENDED", "This account is suspended."


class NotFound(DomainError):
    """It does not exist, or is someone else's."""

    status, code, message = 404, "NOT_FOUND", "There is no such thing here."


class Conflict(DomainError):
    """The state of the thing does not allow this now."""

    status, code, message = 409, "CONFLICT", "That is not possible in the present state."


class PayloadTooLarge(DomainError):
    """The body is larger than the API accepts."""

    status, code, message = 413, "PAYLOAD_TOO_LARGE", Sentence("The body is too large.")


class IdempotencyKeyReused(DomainError):
    """The same Idempotency-Key came with another request body."""

    status, code, message = 422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used with another request."


class RequestInProgress(DomainError):
    """The first request with this Idempotency-Key is still running."""

    status, code, message = 409, "REQUEST_IN_PROGRESS", "The first request with this key is still running."


class RateLimitExceeded(DomainError):
    """Too many requests in the window."""

    status, code, message = 429, "RATE_LIMIT_EXCEEDED", "Too many requests."


class Unavailable(DomainError):
    """Something behind us did not answer in time; the request may be sent again."""

    status, code, message = 503, "UNAVAILABLE", "Try again in a moment."


class InternalError(DomainError):
    """Our fault; the request id leads to the log."""

    status, code, message = 500, "INTERNAL_ERROR", "Something went wrong on our side."
