"""The user's own words to everybody who backs them: how it goes, a success (S-A-41)."""

from contextlib import suppress
from datetime import datetime
from typing import Literal

from shared import messaging
from shared.accountability.team import people, rules, scope
from shared.accountability.team.items import Partner
from shared.accountability.team.rules import PartnerStatus
from shared.accountability.team.schemas import GroupMessage, GroupRecipient, SentToGroup
from shared.kernel.storage.writes import Write, transact
from shared.messaging import MessageRequest

Outcome = Literal["QUEUED", "NO_CONSENT", "PAUSED", "OTHER_GOALS", "NO_MILESTONES"]

ABOUT = "group:"
"""What messages of the group are about."""

CATEGORY = {"UPDATE": "partner-update", "SUCCESS": "partner-good-news"}


def send(user_id: str, wanted: GroupMessage, operation: str, *, now: datetime) -> SentToGroup:
    """Pass a user's words on to each partner who agreed, and tell what happens for each of them.

    A message that is queued still goes through the gate: it leaves in the partner's hours, and not where they had too
    many lately. The same request twice sends once.

    Raises:
        ValidationFailed: the goal is not the user's.
    """
    people.require_goals(user_id, [wanted.goal_id] if wanted.goal_id else None, field="goalId")
    team = [partner for partner in people.team_of(user_id) if partner.status in rules.STANDING]
    outcomes = {partner.partner_id: outcome(partner, wanted, now=now) for partner in team}
    user_name = people.name_of(user_id)
    writes: list[Write] = []
    for partner in team:
        if outcomes[partner.partner_id] == "QUEUED":
            writes += messaging.request(_message(partner, wanted, user_name, operation), now=now)
    if writes:
        # A second try of the same request finds its messages.
        with suppress(messaging.AlreadyRequested):
            transact(writes)
    recipients = [
        GroupRecipient(partner_id=partner.partner_id, name=partner.name, outcome=outcomes[partner.partner_id])
        for partner in team
    ]
    return SentToGroup(recipients=recipients)


def outcome(partner: Partner, wanted: GroupMessage, *, now: datetime) -> Outcome:
    """Return what a message of the group means for a partner."""
    standing = rules.standing(partner.status, partner.paused_until, now=now)
    if standing not in rules.CONSENTING:
        return "NO_CONSENT"
    if standing == PartnerStatus.PAUSED:
        return "PAUSED"
    if not rules.supports(partner.goals, wanted.goal_id):
        return "OTHER_GOALS"
    return "QUEUED" if wanted.kind == "UPDATE" or partner.milestones else "NO_MILESTONES"


def _message(partner: Partner, wanted: GroupMessage, user_name: str, operation: str) -> MessageRequest:
    return MessageRequest(
        key=f"group#{operation}#{partner.partner_id}",
        recipient_id=partner.partner_id,
        category=CATEGORY[wanted.kind],
        template="partner.update",
        variables={"partner_name": partner.name, "user_name": user_name, "note": wanted.text},
        about=f"{ABOUT}{operation}",
        topics=(scope.topic(partner),) if wanted.goal_id or wanted.kind == "SUCCESS" else (),
        subject_id=partner.user_id,
    )
