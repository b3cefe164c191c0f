"""``If-Match``: a thing is changed in the version that its reader has seen, or not at all (X-P-05, RFC 9110, 13.1).

The entity tag of a thing is its version, which is in its view and in ``ETag``. Whoever changes something for others, an
administrator, has to say which version they have seen.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request
from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition

from shared.kernel.errors import DomainError, ValidationFailed
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.items import Item
from shared.kernel.wire import etag

_TAG = re.compile(r"\"(0|[1-9][0-9]{0,17})\"", re.ASCII)
LONGEST_TAG = 64
"""Characters of ``If-Match`` and ``If-None-Match``; our own have about twenty."""

_NONE = -1
"""The version of nothing: what a tag that is none of ours names."""


class OtherVersion(DomainError):
    """It is not in the version that ``If-Match`` names; ``ETag`` tells in which it is."""

    status, code = 412, "PRECONDITION_FAILED"
    message = "It has changed since you read it. Read it again."


class VersionNeeded(DomainError):
    """The request does not say which version it changes."""

    status, code = 428, "PRECONDITION_REQUIRED"
    message = 'Send If-Match with the ETag that you have read, or If-None-Match: "*" for something new.'


@dataclass(frozen=True, slots=True)
class Seen:
    """The version that a client has seen: ``None`` for any that there is, 0 for none yet."""

    version: int | None = None

    def require(self, present: int) -> None:
        """Hold what was read to what the client has seen; the write that follows is conditional on what was read.

        Raises:
            OtherVersion: it is in another version.
        """
        if self.version is not None and self.version != present:
            raise OtherVersion(headers={"ETag": etag(present)})

    def holds(self, attribute: Attribute[int]) -> Condition:
        """Return the condition that an item is in the version seen."""
        if self.version is None:
            return attribute.exists()
        return attribute == self.version if self.version else attribute.does_not_exist()


ANY = Seen()
"""For whoever changes a thing in whatever version it is."""


def refusing(model: type[Item], missing: type[DomainError]) -> Callable[[Attributes | None], DomainError]:
    """Return what a failed condition on ``version`` means: another version, or that there is no such thing."""

    def refuse(old: Attributes | None) -> DomainError:
        return OtherVersion(headers={"ETag": etag(model.load(old).version or 0)}) if old else missing()

    return refuse


def seen_in(headers: Mapping[str, str]) -> Seen | None:
    """Return what a request's headers (by lower-case name) say, ``None`` where they say nothing."""
    given = {name: headers.get(name.lower()) for name in ("If-Match", "If-None-Match")}
    if long := [name for name, tag in given.items() if tag is not None and len(tag) > LONGEST_TAG]:
        raise ValidationFailed(details=[(name, f"At most {LONGEST_TAG} characters") for name in long])
    match, none_match = given.values()
    if match is None:
        return Seen(0) if none_match == "*" else None
    if match == "*":
        return ANY
    tag = _TAG.fullmatch(match)
    return Seen(int(tag[1]) if tag else _NONE)


def _seen(request: Request) -> Seen:
    seen: Seen = request.context["seen"]
    return seen


SeenVersion = Annotated[Seen, Depends(_seen)]
"""A handler parameter of this type receives what ``If-Match`` says; the declaration is ``versioned=True``."""
