"""The user's timeline: a line for everything that passed between them, their guide and their partners (S-A-06)."""

import json
from datetime import datetime
from typing import Any

from shared.accountability.escalation.items import Interaction
from shared.accountability.items import user_pk
from shared.kernel.clock import to_ms
from shared.kernel.ids import derived_id
from shared.kernel.storage.writes import Put

PARTNERS = "emergency_support_team_notification"
GUIDE = "progress_team_human"


def line(
    user_id: str,
    type_: str,
    content: str,
    *,
    matter: str,
    at: datetime,
    goal_id: str | None = None,
    partner_id: str | None = None,
    **metadata: Any,
) -> Put:
    """Return the write of a line; ``matter`` is what it tells of: the same is one line."""
    interaction_id = derived_id("int", matter)
    item = Interaction(
        pk=user_pk(user_id),
        sk=f"INTERACTION#{to_ms(at):015d}#{interaction_id}",
        interaction_id=interaction_id,
        user_id=user_id,
        type=type_,
        goal_id=goal_id,
        partner_id=partner_id,
        content=content,
        metadata=json.dumps(metadata, sort_keys=True) if metadata else None,
        at=at,
    )
    return Put(item)
