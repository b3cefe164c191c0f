"""Who calls: established by the authorizer, handed to handlers by type."""

from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from shared.kernel.errors import AccountSuspended, EmailNotVerified, Forbidden, Unauthorized, ValidationFailed
from shared.kernel.ids import derived_id
from shared.kernel.text.speech import LONGEST_WISH, preferred


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in user.

    Attributes:
        user_id: whose account.
        session_id: which sign-in, i.e. which refresh-token family.
        permissions: what the user's roles grant.
        verified: the e-mail address is confirmed.
    """

    user_id: str
    session_id: str
    permissions: frozenset[str]
    verified: bool

    def require(self, permission: str) -> None:
        """Refuse unless the caller has the permission.

        Raises:
            Forbidden: they do not.
        """
        if permission not in self.permissions:
            raise Forbidden

    def may(self, permission: str) -> bool:
        """Tell whether the caller has the permission."""
        return permission in self.permissions


_REFUSALS = {"suspended": AccountSuspended}


def principal_of(event: dict[str, Any]) -> Principal:
    """Return the caller that the authorizer put into the event.

    The authorizer lets a bad token through with the reason in ``refused``, so that the answer has the one error
    shape and tells "sign in again" (401) from "may not" (403).

    Raises:
        Unauthorized: there is none.
        AccountSuspended: the account is suspended.
    """
    context = event["requestContext"].get("authorizer", {}).get("lambda") or {}
    if "userId" not in context:
        raise _REFUSALS.get(context.get("refused", ""), Unauthorized)
    return Principal(
        context["userId"],
        context["sessionId"],
        frozenset(context["permissions"].split()),
        context["verified"] == "true",
    )


def admit(principal: Principal, permission: str, *, verified: bool) -> None:
    """Hold a caller to what an endpoint demands.

    Raises:
        Forbidden: the permission is missing.
        EmailNotVerified: the endpoint demands a confirmed address.
    """
    principal.require(permission)
    if verified and not principal.verified:
        raise EmailNotVerified


def _current(request: Request) -> Principal:
    principal: Principal = request.context["caller"]
    return principal


def _operation(request: Request) -> str:
    operation: str = request.context["operation"]
    return operation


def _address(request: Request) -> str:
    address: str = request.resolved_event["requestContext"]["http"]["sourceIp"]
    return address


@dataclass(frozen=True, slots=True)
class Browser:
    """What opens a page for somebody.

    Attributes:
        name: what it calls itself.
        language: the one of ours that it asks for.
        network_address: where it is, as the gateway saw it, never a header (D-10).
    """

    name: str
    language: str
    network_address: str


def _browser(request: Request) -> Browser:
    name = request.resolved_event["headers"].get("user-agent", "")
    return Browser(name, _language(request), _address(request))


def _language(request: Request) -> str:
    accepted = request.resolved_event["headers"].get("accept-language", "")
    if len(accepted) > LONGEST_WISH:
        raise ValidationFailed(details=[("Accept-Language", f"At most {LONGEST_WISH} characters")])
    return preferred(accepted)


Caller = Annotated[Principal, Depends(_current)]
"""A handler parameter of this type receives the signed-in caller."""

OperationId = Annotated[str, Depends(_operation)]
"""A durable name of this request: equal for every try with one Idempotency-Key, so that ids derived from it repeat."""

Address = Annotated[str, Depends(_address)]
"""The caller's network address as the gateway saw it, never a header (D-10)."""

OpenedWith = Annotated[Browser, Depends(_browser)]
"""The caller's browser."""

AcceptedLanguage = Annotated[str, Depends(_language)]
"""The language of ours that the caller asks for (``Accept-Language``), in which they read pages and lines."""


def operation_of(event: dict[str, Any], principal: Principal | None) -> str:
    """Return the durable name of a request."""
    key = event["headers"].get("idempotency-key")
    context = event["requestContext"]
    if key is None:
        return derived_id("opn", context["requestId"])
    return derived_id("opn", principal.user_id if principal else "", context["routeKey"], key)
