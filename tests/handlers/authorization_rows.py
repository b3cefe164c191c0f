"""Who may call what, written down by hand: a changed ``allow`` shows here, and a new endpoint needs a row."""

from dataclasses import dataclass, field
from typing import Any

EVERYBODY = "everybody"
ANYONE_SIGNED_IN = frozenset({"viewer"})
"""Everybody who signed in is a viewer, whatever else they are."""
CREATORS = frozenset({"creator", "admin"})
ADMINS = frozenset({"admin"})
GUIDES = frozenset({"guide", "admin"})

STREAM = {"stream_id": "str_1"}
VIEWING = STREAM | {"session_id": "<viewing>"}
USER = {"user_id": "usr_owner"}
GOAL = {"goal_id": "gol_1"}
DAY = GOAL | {"date": "2026-03-01"}
PARTNER = {"partner_id": "ptn_1"}
CASE = {"case_id": "cas_1"}
DECISION = {"decision": "REJECT", "note": "Nothing was down that day."}
REASON = {"reason": "Reported by three viewers."}


@dataclass(frozen=True)
class Row:
    """One endpoint.

    Attributes:
        who: roles that get in, or ``EVERYBODY``.
        unconfirmed: also without a confirmed address.
        owned: path or body of an object of ``usr_owner`` that nobody else may reach; ``<viewing>`` stands for the id of
            the viewing session.
        named: path of something that has no owner in this sense, but may not exist.
        body: a body that would be fine for the owner.
        beyond: roles that may reach other people's all the same.
        everybodys: it shows to everybody what is everybody's, whoever it is of.
    """

    who: frozenset[str] | str
    unconfirmed: bool = False
    owned: dict[str, str] | None = None
    named: dict[str, str] | None = None
    body: dict[str, Any] | None = None
    beyond: frozenset[str] = field(default_factory=frozenset)
    everybodys: bool = False


TICK = {"streamId": "str_1", "sessionId": "<viewing>", "intervalIndex": 0, "playbackMs": 10000}

ROWS = {
    "GET /.well-known/jwks.json": Row(EVERYBODY),
    "POST /v1/auth/register": Row(EVERYBODY),
    "POST /v1/auth/signup": Row(EVERYBODY),
    "POST /v1/auth/login": Row(EVERYBODY),
    "POST /v1/auth/refresh": Row(EVERYBODY),
    "GET /v1/auth/verify": Row(EVERYBODY),
    "POST /v1/auth/verify": Row(EVERYBODY),
    "POST /v1/auth/confirmations": Row(EVERYBODY),
    "POST /v1/auth/password-resets": Row(EVERYBODY),
    "GET /v1/auth/password-reset": Row(EVERYBODY),
    "POST /v1/auth/password-reset": Row(EVERYBODY),
    "POST /v1/auth/passwords": Row(EVERYBODY),
    "GET /v1/users/{user_id}/profile": Row(EVERYBODY, named=USER, everybodys=True),
    "POST /v1/auth/verification-mails": Row(ANYONE_SIGNED_IN, unconfirmed=True),
    "POST /v1/auth/logout": Row(ANYONE_SIGNED_IN, unconfirmed=True),
    "GET /v1/auth/me": Row(ANYONE_SIGNED_IN, unconfirmed=True),
    "PATCH /v1/me/profile": Row(ANYONE_SIGNED_IN),
    "GET /v1/admin/messages": Row(ADMINS),
    "POST /v1/admin/users/search": Row(ADMINS, body={"email": "nobody@wellspring.example"}),
    "GET /v1/admin/payments": Row(ADMINS),
    "POST /v1/admin/users/{user_id}/suspend": Row(ADMINS, named=USER, body=REASON),
    "POST /v1/admin/users/{user_id}/reinstate": Row(ADMINS, named=USER, body=REASON),
    "POST /v1/admin/users/{user_id}/roles": Row(ADMINS, named=USER, body={"role": "creator", "granted": True}),
    "POST /v1/streams": Row(CREATORS),
    "PATCH /v1/streams/{stream_id}": Row(CREATORS, owned=STREAM, body={"title": "Mine now"}),
    "DELETE /v1/streams/{stream_id}": Row(CREATORS, owned=STREAM, beyond=ADMINS),
    "POST /v1/streams/{stream_id}/start": Row(CREATORS, owned=STREAM),
    "POST /v1/streams/{stream_id}/end": Row(CREATORS, owned=STREAM, beyond=ADMINS),
    "GET /v1/streams/{stream_id}/viewers": Row(CREATORS, owned=STREAM),
    "GET /v1/streams/{stream_id}": Row(EVERYBODY, named=STREAM, everybodys=True),
    "GET /v1/streams/categories": Row(EVERYBODY),
    "POST /v1/admin/categories/{category_id}/rates": Row(
        ADMINS,
        named={"category_id": "music"},
        body={"ratePerMinute": "9", "effectiveFrom": "2030-01-01T00:00:00Z"},
    ),
    "GET /v1/streams/discover": Row(EVERYBODY, everybodys=True),
    "GET /v1/streams/list": Row(EVERYBODY, everybodys=True),
    "POST /v1/streams/{stream_id}/token": Row(ANYONE_SIGNED_IN, owned=STREAM, body={"sessionId": "<viewing>"}),
    "POST /v1/streams/{stream_id}/session": Row(ANYONE_SIGNED_IN, named=STREAM, body={"ratePerMinute": "6"}),
    "GET /v1/streams/{stream_id}/session/{session_id}": Row(ANYONE_SIGNED_IN, owned=VIEWING),
    "GET /v1/streams/{stream_id}/session/{session_id}/intervals": Row(ANYONE_SIGNED_IN, owned=VIEWING),
    "DELETE /v1/streams/{stream_id}/session/{session_id}": Row(ANYONE_SIGNED_IN, owned=VIEWING),
    "POST /v1/meter": Row(ANYONE_SIGNED_IN, owned={}, body=TICK),
    "GET /v1/payments/prices": Row(EVERYBODY),
    "GET /v1/payments/success": Row(EVERYBODY),
    "GET /v1/payments/cancelled": Row(EVERYBODY),
    "POST /v1/payments/checkout": Row(ANYONE_SIGNED_IN),
    "GET /v1/payments/history": Row(ANYONE_SIGNED_IN),
    "GET /v1/payments/{payment_id}": Row(ANYONE_SIGNED_IN, owned={"payment_id": "pay_1"}),
    "GET /v1/admin/prices": Row(ADMINS),
    "POST /v1/admin/prices": Row(ADMINS),
    "PATCH /v1/admin/prices/{price_id}": Row(ADMINS, named={"price_id": "prc_1"}, body={"active": False}),
    "DELETE /v1/admin/prices/{price_id}": Row(ADMINS, named={"price_id": "prc_1"}),
    "POST /v1/admin/prices/preview": Row(ADMINS),
    "GET /v1/admin/payments/reviews": Row(ADMINS),
    "POST /v1/admin/payments/reviews/{review_id}/decide": Row(
        ADMINS, named={"review_id": "rev_1"}, body={"decision": "ACTED", "note": "Took the credits back."}
    ),
    "POST /v1/realtime/tickets": Row(ANYONE_SIGNED_IN),
    "GET /v1/wallet/balance": Row(ANYONE_SIGNED_IN),
    "GET /v1/wallet/ledger": Row(ANYONE_SIGNED_IN),
    "GET /v1/wallet/ledger/export": Row(ANYONE_SIGNED_IN),
    "POST /v1/admin/wallet/adjustments": Row(ADMINS),
    "GET /v1/admin/wallet/adjustments": Row(ADMINS),
    "POST /v1/admin/wallet/adjustments/{adjustment_id}/decide": Row(
        ADMINS, named={"adjustment_id": "adj_1"}, body={"decision": "APPROVE", "note": "Seen the ticket."}
    ),
    "POST /v1/admin/wallet/reconcile": Row(ADMINS),
    "GET /v1/admin/wallet/trial-balance": Row(ADMINS),
    "POST /v1/admin/wallet/users/{user_id}/holds/{hold_id}/void": Row(
        ADMINS, named={"user_id": "usr_viewer", "hold_id": "hold_1"}, body={"reason": "Ticket 4711"}
    ),
    "GET /v1/accountability/profile": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/accountability/profile": Row(ANYONE_SIGNED_IN),
    "GET /v1/accountability/changes": Row(ANYONE_SIGNED_IN),
    "GET /v1/goals": Row(ANYONE_SIGNED_IN),
    "POST /v1/goals": Row(ANYONE_SIGNED_IN),
    "GET /v1/goals/{goal_id}": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "PATCH /v1/goals/{goal_id}": Row(ANYONE_SIGNED_IN, owned=GOAL, body={"title": "Mine now"}),
    "DELETE /v1/goals/{goal_id}": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/goals/{goal_id}/pause": Row(ANYONE_SIGNED_IN, owned=GOAL, body={"from": "2026-03-09"}),
    "POST /v1/goals/{goal_id}/resume": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/goals/{goal_id}/complete": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/goals/{goal_id}/restore": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "POST /v1/logs": Row(ANYONE_SIGNED_IN, owned={}, body=GOAL | {"completed": True}),
    "GET /v1/logs": Row(ANYONE_SIGNED_IN),
    "POST /v1/logs/batch": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/goals/{goal_id}/logs/{date}": Row(ANYONE_SIGNED_IN, owned=DAY, body={"completed": False}),
    "GET /v1/goals/{goal_id}/logs": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/goals/{goal_id}/logs/{date}/revisions": Row(ANYONE_SIGNED_IN, owned=DAY),
    "POST /v1/uploads": Row(ANYONE_SIGNED_IN),
    "GET /v1/insights": Row(ANYONE_SIGNED_IN),
    "GET /v1/analytics": Row(ANYONE_SIGNED_IN),
    "GET /v1/admin/members": Row(GUIDES),
    "POST /v1/admin/members/{user_id}/guide": Row(ADMINS, named=USER, body={"guideId": "usr_guide"}),
    "POST /v1/admin/outages": Row(ADMINS),
    "GET /v1/notifications": Row(ANYONE_SIGNED_IN),
    "GET /v1/notifications/unread-count": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/notifications/{notification_id}/read": Row(
        ANYONE_SIGNED_IN, owned={"notification_id": "ntf_000000000001"}
    ),
    "POST /v1/notifications/read-all": Row(ANYONE_SIGNED_IN),
    "GET /v1/notification-preferences": Row(ANYONE_SIGNED_IN),
    "PATCH /v1/notification-preferences": Row(ANYONE_SIGNED_IN),
    "GET /v1/admin/templates": Row(ADMINS),
    "POST /v1/admin/templates": Row(ADMINS),
    "GET /v1/admin/templates/{key}": Row(ADMINS, named={"key": "escalation.day-1"}),
    "POST /v1/admin/templates/{key}/versions/{version}/approve": Row(
        ADMINS, named={"key": "escalation.day-1", "version": "2"}
    ),
    "POST /v1/admin/templates/preview": Row(ADMINS),
    "GET /v1/interactions": Row(ANYONE_SIGNED_IN),
    "GET /v1/goals/{goal_id}/contacts": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/goals/{goal_id}/escalations": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/goals/{goal_id}/escalation-preview": Row(ANYONE_SIGNED_IN, owned=GOAL),
    "GET /v1/admin/escalation-policies": Row(ADMINS),
    "POST /v1/admin/escalation-policies": Row(ADMINS),
    "GET /v1/admin/escalation-policies/{policy_name}": Row(ADMINS, named={"policy_name": "no-such-policy"}),
    "GET /v1/unsubscribe/{token}": Row(EVERYBODY),
    "POST /v1/unsubscribe/{token}": Row(EVERYBODY),
    "GET /v1/admin/messages/{message_id}": Row(GUIDES, named={"message_id": "msg_1"}),
    "POST /v1/admin/suppressions": Row(ADMINS),
    "GET /v1/admin/suppressions/{address_hash}": Row(GUIDES, named={"address_hash": "0" * 64}),
    "POST /v1/admin/suppressions/{address_hash}/lift": Row(
        ADMINS, named={"address_hash": "0" * 64}, body={"note": "Asked by mail to be written to again."}
    ),
    "PUT /v1/admin/senders": Row(ADMINS),
    "PUT /v1/admin/budgets": Row(ADMINS),
    "GET /v1/admin/reviews": Row(GUIDES),
    "POST /v1/admin/reviews/{review_id}/decide": Row(
        ADMINS, named={"review_id": "rev_1"}, body={"decision": "DISMISS", "note": "She only asked a question."}
    ),
    "POST /v1/support-team": Row(ANYONE_SIGNED_IN),
    "GET /v1/support-team": Row(ANYONE_SIGNED_IN),
    "GET /v1/support-team/{partner_id}": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "PATCH /v1/support-team/{partner_id}": Row(ANYONE_SIGNED_IN, owned=PARTNER, body={"name": "Mine now"}),
    "DELETE /v1/support-team/{partner_id}": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "POST /v1/support-team/{partner_id}/invite": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "POST /v1/support-team/{partner_id}/restore": Row(ANYONE_SIGNED_IN, owned=PARTNER),
    "POST /v1/support-team/messages": Row(ANYONE_SIGNED_IN),
    "GET /v1/support-team/engagement": Row(ANYONE_SIGNED_IN),
    "GET /v1/partner/{token}": Row(EVERYBODY),
    "GET /p/{code}": Row(EVERYBODY),
    "POST /v1/partner/{token}": Row(EVERYBODY),
    "POST /v1/leads": Row(EVERYBODY),
    "POST /v1/goals/{goal_id}/days/{date}/dispute": Row(ANYONE_SIGNED_IN, owned=DAY, body=REASON),
    "GET /v1/admin/cases": Row(GUIDES),
    "GET /v1/admin/cases/{case_id}": Row(GUIDES, named=CASE),
    "POST /v1/admin/cases/{case_id}/decide": Row(GUIDES, named=CASE, body=DECISION),
}
