"""The end of a run: nothing more goes out for it, and who was told hears that all is well."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from shared.accountability.escalation import clearing, contacts, run_context, steps
from shared.accountability.escalation.items import Contact, Escalation, StepRow
from shared.accountability.events import EscalationEnded, GoalLogged, RunWithdrawn
from shared.accountability.items import goal_pk
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Update, transact


class _Ended(Exception):
    """The escalation had ended before."""


class _Settled(Exception):
    """The all-clear was asked for before, or a person holds the goal's texts."""


def after_log(event: GoalLogged, *, now: datetime) -> None:
    """End the escalation of the run that a log ended, if it ended one."""
    if event.ended_run is not None:
        _end(event.goal_id, event.ended_run, clearing.LOGGED, now)


def after_withdrawal(event: RunWithdrawn, *, now: datetime) -> None:
    """End the escalation of a run that ended without a log."""
    _end(event.goal_id, event.missed_since, event.reason, now)


def _end(goal_id: str, missed_since: str, reason: str, now: datetime) -> None:
    """End an escalation. Idempotent: what a try did not get to, the next one does.

    What was not sent was stopped before, in the transaction that ended the run. A step that was planned is skipped; a
    message that turns out to have left all the same gets its all-clear when that is known (``delivery``).
    """
    sk = run_context.escalation_sk(missed_since)
    escalation = reads.get(Escalation, goal_pk(goal_id), sk)
    if escalation is None:
        return
    if escalation.status == "OPEN":
        with suppress(_Ended):
            _close(escalation, reason, now)
        escalation = reads.get(Escalation, goal_pk(goal_id), sk) or escalation
    for row in _rows(goal_id, missed_since):
        if row.status == "PLANNED":
            steps.run(row.pk, row.sk, now=now)
    for contact in _sent(goal_id, missed_since).values():
        if clearing.owed(contact, escalation):
            _clear(contact, escalation, now)


def _close(escalation: Escalation, reason: str, now: datetime) -> None:
    ended = EscalationEnded(
        user_id=escalation.user_id,
        goal_id=escalation.goal_id,
        escalation_id=escalation.escalation_id,
        reason=reason,
    )
    closed = Update(
        Escalation,
        escalation.pk,
        escalation.sk,
        [Escalation.status.set("ENDED"), Escalation.reason.set(reason), Escalation.ended_at.set(now)],
        condition=Escalation.status == "OPEN",
        error=_Ended,
    )
    transact([closed, outbox(ended, at=now, event_id=derived_id("evt", escalation.escalation_id, "ended"))])


def _rows(goal_id: str, missed_since: str) -> Iterator[StepRow]:
    """Yield the rounds of every step of a run. One query."""
    key = (StepRow.pk == goal_pk(goal_id)) & StepRow.sk.between(f"STEP#{missed_since}#", "STEP#~")
    for found in reads.query_all(StepRow, key):
        row = StepRow.load(dict(found))
        if row.missed_since == missed_since:
            yield row


def _sent(goal_id: str, missed_since: str) -> dict[str, Contact]:
    """Return for each recipient a contact of a run that really left. One query."""
    key = (Contact.pk == goal_pk(goal_id)) & Contact.sk.between(f"CONTACT#{missed_since}#", "CONTACT#~")
    found = [Contact.load(dict(raw)) for raw in reads.query_all(Contact, key)]
    return {
        contact.recipient_id: contact
        for contact in found
        if contact.missed_since == missed_since and contact.sent_at is not None and contact.step != contacts.CLEAR
    }


def _clear(contact: Contact, escalation: Escalation, now: datetime) -> None:
    writes = clearing.all_clear_writes(contact, escalation, error=_Settled, now=now)
    if writes:
        with suppress(_Settled):
            transact(writes)
