"""How a support team answers (S-A-67)."""

from datetime import datetime
from typing import Any

from shared.accountability.team import people, rules
from shared.accountability.team.items import Partner
from shared.accountability.team.rules import PartnerStatus
from shared.accountability.team.schemas import Engagement, PartnerEngagement, TeamEngagement


def of_team(user_id: str, *, now: datetime) -> TeamEngagement:
    """Return the numbers of a user's team and of each partner in it; who was removed counts no more. One query."""
    team = [partner for partner in people.team_of(user_id) if partner.status != PartnerStatus.REMOVED]
    agreed = sum(partner.status in rules.CONSENTING for partner in team)
    return TeamEngagement(
        partners=[_of(partner, now) for partner in team],
        team=Engagement(**_numbers(team)),
        named=len(team),
        agreed=agreed,
        setup_rate=rules.share(agreed, len(team)),
    )


def _of(partner: Partner, now: datetime) -> PartnerEngagement:
    standing = rules.standing(partner.status, partner.paused_until, now=now)
    return PartnerEngagement(partner_id=partner.partner_id, name=partner.name, status=standing, **_numbers([partner]))


def _numbers(team: list[Partner]) -> dict[str, Any]:
    contacted, delivered = sum(one.contact_count for one in team), sum(one.delivered_count for one in team)
    asked, answered = sum(one.ask_count for one in team), sum(one.answer_count for one in team)
    return {
        "contacted": contacted,
        "delivered": delivered,
        "asked": asked,
        "answered": answered,
        "delivery_rate": rules.share(delivered, contacted),
        "answer_rate": rules.share(answered, asked),
    }
