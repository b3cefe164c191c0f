"""A user, a partner of theirs, and how either is known and reached."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from pynamodb.expressions.update import Action

from shared import identity, messaging
from shared.accountability import timeline, trail
from shared.accountability.goals.items import Goal, Member, goal_sk
from shared.accountability.items import user_pk
from shared.accountability.team.errors import Changed
from shared.accountability.team.items import Handled, Partner, owner_pk, partner_sk
from shared.kernel.errors import NotFound, ValidationFailed
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Put, Update, Write
from shared.kernel.text.links import unlinked
from shared.kernel.text.speech import Sentence
from shared.messaging import MessageRequest, Recipient

T = TypeVar("T")


REMEMBERED = timedelta(days=90)
"""How long news is known as handled: longer than its event can come again."""


class AlreadyHandled(Exception):
    """The news was handled before."""


SOMEBODY = Sentence("Somebody who knows you")
"""Whose name shows nothing."""


def partner_as_read(user_id: str, partner_id: str) -> Partner:
    """Return a user's partner.

    Raises:
        NotFound: there is none, or they are someone else's.
    """
    partner = reads.get(Partner, user_pk(user_id), partner_sk(partner_id))
    if partner is None:
        raise NotFound
    return partner


def team_of(user_id: str) -> list[Partner]:
    """Return every partner a user ever had, in the order they were added. One query."""
    key = (Partner.pk == user_pk(user_id)) & Partner.sk.startswith(partner_sk(""))
    found = [Partner.load(dict(one)) for one in reads.query_all(Partner, key)]
    return sorted(found, key=lambda partner: (partner.invited_at, partner.partner_id))


def entry_of(recipient_id: str) -> Recipient:
    """Return somebody's entry in the directory.

    Raises:
        NotFound: they have none.
    """
    entry = messaging.recipient_of(recipient_id)
    if entry is None:
        raise NotFound
    return entry


def entries_of(team: Sequence[Partner]) -> list[Recipient]:
    """Return the entries of partners in the directory, which were made with them. One call."""
    found = messaging.recipients_of([partner.partner_id for partner in team])
    entries = [entry for entry in found if entry is not None]
    if len(entries) < len(team):
        raise LookupError("a partner has no entry in the directory")
    return entries


def name_of(user_id: str) -> str:
    """Return what partners know a user by: what they chose, else their display name; nobody sees an address in it.

    What was stored before names were judged as they are now is judged here; where nothing is left of one it is empty,
    and each language has words for such a person.
    """
    member = reads.get(Member, user_pk(user_id), Member.SK)
    return unlinked(member.name if member else identity.display_names([user_id])[user_id])


def require_goals(user_id: str, goal_ids: list[str] | None, *, field: str) -> None:
    """Hold goals to be the user's own.

    Raises:
        ValidationFailed: one is not.
    """
    wanted = list(dict.fromkeys(goal_ids or ()))
    found = reads.get_many([(Goal, user_pk(user_id), goal_sk(goal_id)) for goal_id in wanted]) if wanted else []
    if any(goal is None or goal.status == "DELETED" for goal in found):
        raise ValidationFailed(details=[(field, "There is no such goal of yours")])


def changing(partner: Partner, *actions: Action) -> Update:
    """Return the write that changes a partner as they were read."""
    return Update(
        Partner,
        partner.pk,
        partner.sk,
        [*actions, Partner.version.set(partner.version + 1)],
        condition=Partner.version == partner.version,
        error=VersionConflict,
    )


def recorded(
    partner: Partner,
    changes: Mapping[str, Any],
    reached: Mapping[str, tuple[Any, Any]] = MappingProxyType({}),
    *,
    by: str,
    now: datetime,
) -> list[Write]:
    """Return the write that keeps, beside a change of a partner as they were read, what it changes for their user.

    Args:
        partner: as they were read.
        changes: new values by the attribute's name.
        reached: what changes of how they are reached, as it was and as it becomes.
        by: the user, the partner, or ``trail.SYSTEM``.
        now: when.
    """
    before = {name: getattr(partner, name) for name in changes} | {name: was for name, (was, _) in reached.items()}
    after = {**changes, **{name: becomes for name, (_, becomes) in reached.items()}}
    return trail.changed(
        partner.user_id, "PARTNER", partner.partner_id, before, after, version=partner.version + 1, by=by, now=now
    )


def hashes_of(partner: Partner, entry: Recipient) -> list[str]:
    """Return the hashes of a partner's addresses: as they were claimed, and of the forms that are known by now."""
    known = [
        hashed for address in (entry.phone, entry.email) if address for hashed in messaging.address_hashes(address)
    ]
    return list(dict.fromkeys([*(str(hashed) for hashed in partner.addresses), *known]))


def retry(change: Callable[[], T]) -> T:
    """Run a change of a partner, again where another change came before.

    Raises:
        Changed: others kept coming before.
    """
    return retry_on_conflict(change, otherwise=Changed)


def once(partner_id: str, news: str, *, now: datetime) -> Put:
    """Return the write that lets news of a partner be handled once; ``AlreadyHandled`` where it was."""
    handled = Handled(pk=owner_pk(partner_id), sk=news, expires_at=now + REMEMBERED)
    return Put(handled, condition=Handled.pk.does_not_exist(), error=AlreadyHandled)


ON_TIMELINE = {
    "partner.accepted": Sentence("{name} said yes: they back you now."),
    "partner.declined": Sentence("{name} would rather not back you."),
    "partner.left": Sentence("{name} wants no messages about you any more."),
    "partner.back": Sentence("{name} is back on your support team."),
    "partner.reachable": Sentence("{name} gets messages from us again."),
    "partner.expired": Sentence("{name} has not answered, and is not asked again."),
    "partner.unclear": Sentence("{name} said neither yes nor no, and is not asked again."),
    "partner.not-asked": Sentence("{name} could not be asked whether they back you."),
    "partner.no-country": Sentence("{name} could not be asked: we can't text or call numbers of that country yet."),
    "partner.no-texts": Sentence("{name} could not be asked: their number cannot receive texts."),
    "partner.stopped": Sentence("{name} stopped our messages."),
    "partner.fewer-mails": Sentence("{name} unsubscribed from some of our mails."),
    "partner.invalid": Sentence("{name} cannot be reached any more."),
    "partner.wrong-number": Sentence("Whoever has the number of {name} says that it is the wrong one."),
}
"""What the timeline says of a partner, by the message that tells their user."""


def telling_user(partner: Partner, template: str, *, words: str = "", why: str = "", now: datetime) -> list[Write]:
    """Return the writes that tell the user what became of a partner, and note it on their timeline.

    With the change of that version, once. ``words`` are what the partner wrote, for the timeline alone;
    ``why`` the reason, where the message names some.
    """
    key = f"{template}#{partner.partner_id}#{partner.version}"
    told = MessageRequest(
        key=key,
        recipient_id=partner.user_id,
        category="progress",
        template=template,
        variables={"partner_name": partner.name} | ({"why": why} if why else {}),
    )
    return [on_timeline(partner, ON_TIMELINE[template], key, words=words, now=now), *messaging.request(told, now=now)]


def on_timeline(partner: Partner, content: Sentence, matter: str, *, words: str = "", now: datetime) -> Put:
    """Return the write that notes on the user's timeline what became of a partner; ``content`` says ``{name}``."""
    return timeline.line(
        partner.user_id,
        timeline.PARTNERS,
        content,
        filled={"name": partner.name},
        quote=words,
        matter=matter,
        at=now,
        partner_id=partner.partner_id,
    )
