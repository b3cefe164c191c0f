"""Which errors an endpoint may answer: its own, and those of the shell that every endpoint of its kind shares."""

from collections.abc import Iterator

from shared.kernel.declare import PUBLIC, Declaration, Http
from shared.kernel.errors import (
    AccountSuspended,
    DomainError,
    EmailNotVerified,
    Forbidden,
    IdempotencyKeyReused,
    InternalError,
    NotFound,
    PayloadTooLarge,
    RateLimitExceeded,
    RequestInProgress,
    Unauthorized,
    Unavailable,
    ValidationFailed,
)
from shared.kernel.shells.bodies import UnsupportedMediaType
from shared.kernel.versions import OtherVersion, VersionNeeded

Refusal = type[DomainError]


def _of_shell(route: Http, *, body: bool) -> Iterator[Refusal]:
    yield ValidationFailed
    if route.allow != PUBLIC:
        yield from (Unauthorized, Forbidden, AccountSuspended)
        if not route.unconfirmed:
            yield EmailNotVerified
    if "{" in route.path:
        yield NotFound
    if body:
        yield from (PayloadTooLarge, UnsupportedMediaType)
    if route.idempotent:
        yield from (RequestInProgress, IdempotencyKeyReused)
    if route.versioned:
        yield from (OtherVersion, VersionNeeded) if route.api == "admin" else (OtherVersion,)
    if route.rate:
        yield RateLimitExceeded
    yield from (InternalError, Unavailable)


def refusals(declaration: Declaration, route: Http, *, body: bool) -> dict[int, list[Refusal]]:
    """Return an endpoint's errors by status, each once, its own before the shell's."""
    found: dict[int, list[Refusal]] = {}
    for error in (*declaration.errors, *_of_shell(route, body=body)):
        known = found.setdefault(error.status, [])
        if error not in known:
            known.append(error)
    return dict(sorted(found.items()))
