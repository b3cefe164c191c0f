"""On whose behalf a process works: the id of a request, carried on by the events and deadlines it leads to (X-P-02)."""

from contextvars import ContextVar

_request: ContextVar[str] = ContextVar("request", default="")


def begin(request_id: str) -> None:
    """Say which request the process works for from now on."""
    _request.set(request_id)


def current() -> str:
    """Return the id of the request that the process works for, empty outside of a call."""
    return _request.get()
