"""What was done about a goal's missed days: contacts with their results, escalations with their steps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from shared import messaging
from shared.accountability.escalation.items import Contact, Escalation, StepRow
from shared.accountability.escalation.schemas import ContactView, EscalationView, StepView
from shared.accountability.goals import repository
from shared.accountability.items import goal_pk
from shared.kernel import cursors
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.messaging import Channel

MAX_CONTACTS = 50
MAX_ESCALATIONS = 20

_BEST = ("FAILED", "SENT", "DELIVERED")
_SUCCESS = {"SENT": True, "DELIVERED": True, "QUEUED": None}


def contacts(
    user_id: str, goal_id: str, *, limit: int, cursor: str | None, order: Order
) -> tuple[list[ContactView], str | None]:
    """Return a page of a goal's contacts by day, with what was said. Three calls.

    Raises:
        NotFound: there is no such goal of the user's.
        BadCursor: the cursor is of another list.
    """
    repository.find(user_id, goal_id, deleted=True)
    scope = f"contacts#{goal_id}#{order}"
    found = reads.query(
        Contact,
        (Contact.pk == goal_pk(goal_id)) & Contact.sk.startswith("CONTACT#"),
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
        consistent=False,
    )
    items = found.load(Contact)
    said = messaging.words_said([item.message_id for item in items])
    return [_contact(item, said) for item in items], cursors.encode(scope, found.next_key)


def _contact(item: Contact, said: Mapping[str, str]) -> ContactView:
    results = dict(item.results.attribute_values) if item.results else {}
    channel = max(results, key=lambda one: _BEST.index(results[one]), default=None)
    # What the guide is told is between us and them.
    words = said.get(item.message_id) if item.partner_id else None
    fields: dict[str, Any] = {
        "type": item.type,
        "state": item.state,
        "response_received": item.response,
        "contact_method": Channel(channel) if channel else None,
    }
    return ContactView(
        id=item.message_id,
        date=item.date,
        escalation_day=item.escalation_day,
        partner_id=item.partner_id,
        name=item.name,
        message_sent=words,
        responded_at=item.responded_at,
        reason=item.reason,
        successful=_SUCCESS.get(item.state, False),
        results=results,
        contacted_at=item.contacted_at,
        sent_at=item.sent_at,
        **fields,
    )


def escalations(
    user_id: str, goal_id: str, *, limit: int, cursor: str | None, order: Order
) -> tuple[list[EscalationView], str | None]:
    """Return a page of a goal's escalations, each with its steps. Three calls.

    Raises:
        NotFound: there is no such goal of the user's.
        BadCursor: the cursor is of another list.
    """
    repository.find(user_id, goal_id, deleted=True)
    scope = f"escalations#{goal_id}#{order}"
    found = reads.query(
        Escalation,
        (Escalation.pk == goal_pk(goal_id)) & Escalation.sk.startswith("ESCALATION#"),
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
        consistent=False,
    )
    items = found.load(Escalation)
    steps = _steps(goal_id, min(item.missed_since for item in items)) if items else []
    return [_escalation(item, steps) for item in items], cursors.encode(scope, found.next_key)


def _steps(goal_id: str, since: str) -> list[StepRow]:
    key = (StepRow.pk == goal_pk(goal_id)) & StepRow.sk.between(f"STEP#{since}#", "STEP#~")
    return [StepRow.load(dict(raw)) for raw in reads.query_all(StepRow, key, consistent=False)]


def _escalation(item: Escalation, steps: list[StepRow]) -> EscalationView:
    return EscalationView(
        id=item.escalation_id,
        missed_since=item.missed_since,
        policy=item.policy,
        policy_version=item.policy_version,
        status=cast("Any", item.status),
        reason=item.reason,
        started_at=item.started_at,
        ended_at=item.ended_at,
        steps=[_step(row) for row in steps if row.missed_since == item.missed_since],
    )


def _step(row: StepRow) -> StepView:
    due_at: datetime | None = row.due_at
    return StepView(
        date=row.date,
        days_missed=row.days_missed,
        number=row.number,
        round=row.round,
        status=cast("Any", row.status),
        reason=row.reason,
        contacts=row.contacts,
        due_at=due_at,
        done_at=row.done_at,
    )
