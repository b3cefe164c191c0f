"""Good news: partners who like to hear of milestones do, where the user lets them (S-A-28, S-A-30)."""

from contextlib import suppress
from datetime import datetime, timedelta

from shared.accountability.escalation import contacts, rules, run_context
from shared.accountability.escalation.contacts import Wanted
from shared.accountability.events import MilestoneReached
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import Goal, Member, goal_sk
from shared.accountability.items import ContactKey, user_pk
from shared.accountability.policies.rules import MOST_PARTNERS
from shared.accountability.team import scope
from shared.accountability.team.items import Partner
from shared.accountability.team.rules import title_for
from shared.kernel.storage import reads
from shared.kernel.storage.writes import transact

VALID = timedelta(days=2)


class _Told(Exception):
    """The milestone was told before."""


def celebrate(event: MilestoneReached, *, now: datetime) -> None:
    """Tell partners of a milestone, once, unless the user chose not to share them."""
    goal, member = reads.get_many(
        [(Goal, user_pk(event.user_id), goal_sk(event.goal_id)), (Member, user_pk(event.user_id), Member.SK)]
    )
    if not member.share_milestones:
        return
    backers = run_context.backers(event.user_id)
    candidates = [candidate for partner, candidate in backers.values() if partner.milestones]
    chosen = rules.choose(candidates, event.goal_id, MOST_PARTNERS, now=now)
    writes = [
        write
        for candidate in chosen
        for write in contacts.contact_writes(
            _wanted(event, goal, member, backers[candidate.partner_id][0]), error=_Told, now=now
        )
    ]
    if writes:
        with suppress(_Told):
            transact(writes)


def _wanted(event: MilestoneReached, goal: Goal, member: Member, partner: Partner) -> Wanted:
    flexible = not Frequency.model_validate_json(goal.frequency).counts_days(event.days)
    return Wanted(
        key=ContactKey(event.goal_id, event.date, contacts.MILESTONE, partner.partner_id),
        user_id=event.user_id,
        type=contacts.CELEBRATION,
        day=event.days,
        name=partner.name,
        category="partner-good-news",
        template="milestone.success",
        variables={
            "partner_name": partner.name,
            "user_name": member.name,
            "goal": title_for(partner.privacy, goal.title),
            "days": str(event.days),
            "flexible": "yes" if flexible else "",
        },
        valid=VALID,
        topics=(scope.topic(partner),),
        scope=scope.number(partner),
        partner_id=partner.partner_id,
        flexible=flexible,
    )
