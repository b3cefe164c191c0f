"""Frequency caps: counts of what was sent to a person and about a user, kept in the claim of each message (X-A-12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.kernel.categories import Cap, Category
from shared.kernel.clock import from_ms, to_ms
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.items import Item
from shared.kernel.storage.writes import Put, Update
from shared.messaging.items import address_pks, recipient_pk
from shared.messaging.limit_items import SendCounter, sends_sk
from shared.messaging.message_items import Message
from shared.messaging.sending.gate import Count

Key = tuple[type[Item], str, str]

A_WEEK = timedelta(days=7)

WAITS = timedelta(hours=48)
"""How long a user whose message a cap kept back is next: until their next missed day has had its turn."""


@dataclass(frozen=True, slots=True)
class Counter:
    """Where something is counted, and which caps count it there."""

    pk: str
    sk: str
    caps: tuple[Cap, ...]

    @property
    def key(self) -> Key:
        """Where it lies."""
        return SendCounter, self.pk, self.sk

    @property
    def window(self) -> timedelta:
        """The longest time that a cap looks back."""
        return max(cap.window for cap in self.caps)


def counters(message: Message, category: Category, addresses: Iterable[str]) -> list[Counter]:
    """Return where a message is counted: at every address of its recipient, or by their id, and at its subject.

    Somebody who is known by two numbers is counted under both. What one recipient hears of one user counts together.
    Where the turns of another category hold, its counts are among them without a cap: looked at, not counted in.
    """
    found = []
    if category.caps:
        people = [pk for address in addresses for pk in address_pks(address)] or [recipient_pk(message.recipient_id)]
        found += [Counter(pk, sends_sk(category.name), category.caps) for pk in dict.fromkeys(people)]
        if category.turns_of:
            found += [Counter(pk, sends_sk(category.turns_of), ()) for pk in dict.fromkeys(people)]
    if category.together:
        together = (Cap(category.together, A_WEEK),)
        found.append(Counter(recipient_pk(message.recipient_id), sends_sk(str(category.consent)), together))
    if category.subject_caps and message.subject_id:
        found.append(Counter(f"SUBJECT#{message.subject_id}", sends_sk(category.name), category.subject_caps))
    return found


def counts(message: Message, kept: Mapping[Counter, SendCounter | None]) -> tuple[Count, ...]:
    """Return what the caps of a message count, without the message itself."""
    ours = _name(message)
    return tuple(
        Count(counter.caps, tuple(at for at, name in _sends(item) if name != ours)) for counter, item in kept.items()
    )


def yields(message: Message, category: Category, kept: Mapping[Counter, SendCounter | None], now: datetime) -> bool:
    """Tell whether another user is next with somebody who supports both: kept back, and unheard for longer (X-A-12)."""
    return category.fair and any(_another_is_next(message, item, now) for item in kept.values() if item)


def _another_is_next(message: Message, item: SendCounter, now: datetime) -> bool:
    latest = {subject: at for at, subject in _subjects(item.sends)}
    ours = latest.get(str(message.subject_id))
    waiting = {subject for at, subject in _subjects(item.waiting or ()) if at > now - WAITS}
    others = waiting - {str(message.subject_id)}
    return ours is not None and any(latest.get(one) is None or latest[one] < ours for one in others)


def kept_back(
    message: Message, category: Category, kept: Mapping[Counter, SendCounter | None], now: datetime
) -> list[Update]:
    """Return the writes that let a user be next whose message a full cap keeps back, as counted by now."""
    if not category.fair or message.subject_id is None:
        return []
    waits = SendCounter.waiting.add({f"{to_ms(now)}##{message.subject_id}"})
    return [
        Update(
            SendCounter,
            counter.pk,
            counter.sk,
            [waits, SendCounter.version.set(item.version + 1)],
            condition=SendCounter.version == item.version,
            error=VersionConflict,
        )
        for counter, item in kept.items()
        if item and counter.caps == category.caps
    ]


def counted(message: Message, kept: Mapping[Counter, SendCounter | None], now: datetime) -> list[Put]:
    """Return the writes that count a message, each where it is not yet counted, and nobody counted meanwhile."""
    return [
        _one_more(counter, item, _name(message), message.subject_id or "", now)
        for counter, item in kept.items()
        if counter.caps and _name(message) not in {name for _, name in _sends(item)}
    ]


def _one_more(counter: Counter, item: SendCounter | None, name: str, subject: str, now: datetime) -> Put:
    recent = [str(send) for send in (item.sends if item else ()) if _at(send) > now - counter.window]
    waiting = {one for one in (item.waiting if item else None) or () if not one.endswith(f"#{subject}")}
    version = item.version if item else 0
    more = SendCounter(
        pk=counter.pk,
        sk=counter.sk,
        sends=[*recent, f"{to_ms(now)}#{name}#{subject}"],
        waiting={one for one in waiting if _at(one) > now - WAITS} or None,
        version=version + 1,
        expires_at=now + counter.window,
    )
    unchanged = SendCounter.version == version if item else SendCounter.pk.does_not_exist()
    return Put(more, condition=unchanged, error=VersionConflict)


def _name(message: Message) -> str:
    """Return what a message counts as: a voice message that goes with a text counts with it."""
    return message.companion_of or message.message_id


def _sends(item: SendCounter | None) -> list[tuple[datetime, str]]:
    return [(_at(send), str(send).split("#")[1]) for send in item.sends] if item else []


def _at(entry: Any) -> datetime:
    return from_ms(int(str(entry).partition("#")[0]))


def _subjects(entries: Iterable[Any]) -> list[tuple[datetime, str]]:
    """Return when something was sent or kept back, and about whom; entries of before users were noted name nobody."""
    return [(_at(entry), str(entry).split("#", 2)[2]) for entry in entries if str(entry).count("#") > 1]
