"""Reads of accountability that may be late, and why."""

from tests.reads import AGAIN, CHECKED, SHOWN

MAY_BE_LATE = {
    "shared.accountability.escalation.history.contacts": SHOWN,
    "shared.accountability.escalation.history.escalations": SHOWN,
    "shared.accountability.escalation.history._steps": SHOWN,
    "shared.accountability.timeline.page": SHOWN,
    "shared.accountability.goals.insights._rates": SHOWN,
    "shared.accountability.goals.profiles.guided": CHECKED,
    "shared.accountability.goals.repository.active_goals": AGAIN,
    "shared.accountability.team.cases.count_waiting": AGAIN,
    "shared.accountability.team.cases.listed": CHECKED,
}
