"""The token of a mail's one-click unsubscribe: names a recipient and a category, derived, without an end (X-N-09)."""

from shared.kernel.security import derived

_PURPOSE = "unsubscribe"
_SEPARATOR = "."


def token(recipient_id: str, category: str) -> str:
    """Return the token that ends a category of mails to a recipient."""
    return _SEPARATOR.join((recipient_id, category, derived.derive(_PURPOSE, recipient_id, category)))


def read(presented: str) -> tuple[str, str] | None:
    """Return the recipient and the category that a token names, ``None`` where it is none of ours."""
    recipient_id, _, rest = presented.partition(_SEPARATOR)
    category = rest.partition(_SEPARATOR)[0]
    return (recipient_id, category) if derived.same(presented, token(recipient_id, category)) else None
