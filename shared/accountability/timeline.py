"""The user's timeline: a line for everything that passed between them, their guide and their partners (S-A-06).

A line keeps its sentence and what is filled in, and is put into its reader's language when it is read.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.accountability.items import user_pk
from shared.accountability.timeline_items import Interaction
from shared.accountability.timeline_schemas import InteractionView
from shared.kernel import cursors
from shared.kernel.clock import to_ms
from shared.kernel.ids import derived_id
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put
from shared.kernel.text.speech import Sentence, speaker, translated

PARTNERS = "emergency_support_team_notification"
GUIDE = "progress_team_human"

SEARCHED = 500
"""Lines looked through for one page of one goal."""


def line(
    user_id: str,
    type_: str,
    content: Sentence,
    *,
    filled: Mapping[str, str | int] | None = None,
    quote: str = "",
    matter: str,
    at: datetime,
    goal_id: str | None = None,
    partner_id: str | None = None,
    **metadata: Any,
) -> Put:
    """Return the write of a line.

    Args:
        user_id: whose.
        type_: of the interaction.
        content: what happened, for the user.
        filled: what its words leave open, a name or a number.
        quote: what somebody wrote, as far as the user may read it.
        matter: what it tells of: the same is one line.
        at: when it happened.
        goal_id: of which goal.
        partner_id: of whom.
        metadata: more for programs, by name.
    """
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
        filled=json.dumps(filled, sort_keys=True) if filled else None,
        quote=quote or None,
        metadata=json.dumps(metadata, sort_keys=True) if metadata else None,
        at=at,
    )
    return Put(item)


def page(
    user_id: str, goal_id: str | None, *, language: str, limit: int, cursor: str | None, order: Order
) -> tuple[list[InteractionView], str | None]:
    """Return a page of a user's timeline. One query.

    A page of one goal comes from the next ``SEARCHED`` lines: it may be short, even empty, and yet go on.

    Raises:
        BadCursor: the cursor is of another list.
    """
    scope = f"interactions#{user_id}#{goal_id}#{order}"
    found = reads.query(
        Interaction,
        (Interaction.pk == user_pk(user_id)) & Interaction.sk.startswith("INTERACTION#"),
        limit=SEARCHED if goal_id else limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
        filter_by=Interaction.goal_id == goal_id if goal_id else None,
        consistent=False,
    )
    items, following = found.load(Interaction), found.next_key
    if len(items) > limit:
        items = items[:limit]
        following = Interaction.key(items[-1].pk, items[-1].sk)
    return [shown(item, language) for item in items], cursors.encode(scope, following)


def _said(item: Interaction, language: str) -> str:
    say = speaker(language)
    content = say(item.content, **json.loads(item.filled)) if item.filled else translated(language, item.content)
    return f"{content} {say('They wrote: “{words}”', words=item.quote)}" if item.quote else content


def shown(item: Interaction, language: str) -> InteractionView:
    """Return a line as its user reads it in a language of ours."""
    return InteractionView(
        id=item.interaction_id,
        type=item.type,
        goal_id=item.goal_id,
        partner_id=item.partner_id,
        content=_said(item, language),
        metadata=json.loads(item.metadata or "{}"),
        created_at=item.at,
    )
