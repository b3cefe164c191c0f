"""The softest step: somebody of ours gets in touch first (S-A-18, S-A-37)."""

from datetime import datetime

from shared.accountability.escalation import contacts
from shared.accountability.escalation.contacts import Wanted
from shared.accountability.escalation.items import StepRow
from shared.accountability.escalation.rules import valid_for
from shared.accountability.escalation.run_context import Run
from shared.accountability.goals.frequency import Frequency
from shared.accountability.items import ContactKey, run_topic
from shared.accountability.team.items import Case, case_pk
from shared.accountability.team.rules import CaseKind
from shared.kernel.ids import derived_id
from shared.kernel.storage.writes import Put, Refusal, Write


def guide_notice_writes(item: StepRow, standing: Run, *, error: Refusal, now: datetime) -> list[Write]:
    """Return the writes that tell a user's guide of a missed day; without a guide it is a case for the staff."""
    guide_id = standing.member.guide_id
    if guide_id is None:
        return [case(item.user_id, item.goal_id, item.date, now=now)]
    flexible = not Frequency.model_validate_json(standing.goal.frequency).counts_days(item.days_missed)
    wanted = Wanted(
        key=ContactKey(item.goal_id, item.date, f"{item.number:02d}", guide_id),
        user_id=item.user_id,
        type=contacts.OUTREACH,
        day=item.days_missed,
        name="Your guide",
        category="guide",
        template="guide.outreach",
        variables={
            "user_name": standing.member.name,
            "goal": standing.goal.title,
            "days": str(item.days_missed),
            "flexible": "yes" if flexible else "",
        },
        valid=valid_for(standing.goal.due_at, now=now),
        topics=(run_topic(item.goal_id, item.missed_since),),
        missed_since=item.missed_since,
        escalation_id=item.escalation_id,
        round=item.round,
        flexible=flexible,
    )
    return contacts.contact_writes(wanted, error=error, now=now)


def case(user_id: str, goal_id: str, day: str, *, now: datetime) -> Put:
    """Return the write that asks the staff to get in touch with somebody; the same day is one case."""
    case_id = derived_id("cas", CaseKind.OUTREACH, goal_id, day)
    item = Case(
        pk=case_pk(case_id),
        sk=Case.SK,
        case_id=case_id,
        kind=CaseKind.OUTREACH,
        case_status="OPEN",
        user_id=user_id,
        goal_id=goal_id,
        date=day,
        opened_at=now,
    )
    return Put(item)
