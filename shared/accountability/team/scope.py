"""What a partner may hear of, and in which words: narrowed, it stops what waits under what was allowed before.

Every message to a partner that tells more than they know names the scope it was written under (X-A-24, S-A-23). The
write that narrows it counts the scope up and closes the topic of the one before, so that nothing leaves any more whose
words or matter the user has taken back, whenever it was asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability.team.items import Partner
from shared.accountability.team.rules import title_for
from shared.kernel.storage.writes import Write

NARROWED = "SCOPE"
"""Why such a message is cancelled."""


def number(partner: Partner) -> int:
    """Return how often a partner's scope was narrowed."""
    return partner.scope or 0


def topic(partner: Partner) -> str:
    """Return the topic of what waits for a partner under their scope as it was read."""
    return f"scope:{partner.partner_id}:{number(partner)}"


def narrowing(partner: Partner, changes: Mapping[str, Any], *, now: datetime) -> tuple[list[Action], list[Write]]:
    """Return what goes with changes of a partner that narrow their scope: actions on the partner, and writes.

    Args:
        partner: as they were read; the change must be conditional on that.
        changes: new values of ``privacy``, ``goals`` and ``milestones``, of those that change.
        now: the present.
    """
    if not _narrower(partner, changes):
        return [], []
    return [Partner.scope.set(number(partner) + 1)], [messaging.close_topic(topic(partner), NARROWED, now=now)]


def _narrower(partner: Partner, changes: Mapping[str, Any]) -> bool:
    """Tell whether less may be told than before. Messages name a title at most: only without it they say less."""
    privacy = changes.get("privacy", partner.privacy)
    title = "a title"
    hidden = title_for(privacy, title) != title == title_for(partner.privacy, title)
    silent = partner.milestones and not changes.get("milestones", True)
    return hidden or silent or _fewer(partner.goals, changes.get("goals", partner.goals))


def _fewer(before: Sequence[str] | None, after: Sequence[str] | None) -> bool:
    """Tell whether a goal is not backed any more; without goals, all are."""
    return bool(after) and (not before or not set(before) <= set(after or ()))
