"""What was changed, by whom and when, from what to what: written with the change, never written over (S-A-10)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast

from pydantic.alias_generators import to_camel
from pynamodb.attributes import UnicodeAttribute

from shared.accountability.items import DOMAIN, user_pk
from shared.accountability.trail_schemas import SettingChange
from shared.kernel import cursors
from shared.kernel.clock import to_ms
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.items import InstantAttribute, Item
from shared.kernel.storage.writes import Put, Write
from shared.kernel.wire import Page

Kind = Literal["GOAL", "PARTNER", "PROFILE"]

SYSTEM = "system"
"""Who changes what changes by itself: an invitation that ran out, an address that fails."""

CONTACT = frozenset({"phone"})
"""Settings of which it is kept that they changed, not what they said."""


class Revision(Item):
    """What something was before a change, and who changed it when."""

    domain = DOMAIN

    before = UnicodeAttribute()
    changed_at = InstantAttribute()
    changed_by = UnicodeAttribute()


class SettingRevision(Revision):
    """A change of a goal, a partner or a user's settings.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | what changed, newest first |
    | sk | ``CHANGE#<time, milliseconds, 15 digits>#<subject>#<its version>`` | |

    ``before`` and ``after`` are JSON of what differs, by its name on the wire.
    """

    kind = UnicodeAttribute()
    subject_id = UnicodeAttribute()
    after = UnicodeAttribute()


def kept(revision: Revision) -> Put:
    """Return the write that keeps a revision."""
    return Put(revision, condition=type(revision).pk.does_not_exist())


def changed(
    user_id: str,
    kind: Kind,
    subject_id: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    version: int,
    by: str,
    now: datetime,
) -> list[Write]:
    """Return the write that keeps what a change changed, none where it changed nothing.

    It goes into the transaction of the change, whose condition on the version makes it the only one.

    Args:
        user_id: whose goal, partner or settings.
        kind: of what changed.
        subject_id: which one.
        before: values by name.
        after: the same names, and what they are from now on.
        version: of the subject with the change.
        by: who changed it.
        now: when.
    """
    differs = [name for name in after if before[name] != after[name]]
    if not differs:
        return []
    revision = SettingRevision(
        pk=user_pk(user_id),
        sk=f"CHANGE#{to_ms(now):015d}#{subject_id}#{version}",
        kind=kind,
        subject_id=subject_id,
        before=_told(before, differs),
        after=_told(after, differs),
        changed_at=now,
        changed_by=by,
    )
    return [kept(revision)]


def _told(values: Mapping[str, Any], names: list[str]) -> str:
    shown = {name: ("given" if name in CONTACT and values[name] else values[name]) for name in names}
    return json.dumps({to_camel(name): value for name, value in shown.items()}, ensure_ascii=False, default=str)


def page(user_id: str, *, limit: int, cursor: str | None, order: Order) -> Page[SettingChange]:
    """Return a page of what changed of a user's goals, partners and settings. One query.

    Raises:
        BadCursor: the cursor is of another list.
    """
    scope = f"changes#{user_id}#{order}"
    key = (SettingRevision.pk == user_pk(user_id)) & SettingRevision.sk.startswith("CHANGE#")
    start = cursors.decode(scope, cursor)
    found = reads.query(SettingRevision, key, limit=limit, descending=order == "newest", start=start)
    changes = [_view(one) for one in found.load(SettingRevision)]
    return Page(changes, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def _view(item: SettingRevision) -> SettingChange:
    return SettingChange(
        kind=cast("Kind", item.kind),
        subject_id=item.subject_id,
        before=json.loads(item.before),
        after=json.loads(item.after),
        changed_at=item.changed_at,
        changed_by=item.changed_by,
    )
