"""Refusals of the live hub, besides those of the kernel."""

from shared.kernel.errors import DomainError


class TooManySubscriptions(DomainError):
    """The connection hears as many channels as it may."""

    status, code, message = 409, "TOO_MANY_SUBSCRIPTIONS", "Leave a channel before you join another."


class UnknownAction(DomainError):
    """The message names no action of this API."""

    status, code = 400, "UNKNOWN_ACTION"
    message = 'Send {"action": "subscribe" | "unsubscribe" | "heartbeat" | "authenticate", …}.'
