"""Frequency caps: counts of what was sent to a person and about a user, kept in the claim of each message (X-A-12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.clock import from_ms, to_ms
from shared.kernel.storage.items import Item
from shared.kernel.storage.writes import Put
from shared.messaging.categories import Cap, Category
from shared.messaging.gate import Count
from shared.messaging.items import address_pks, recipient_pk
from shared.messaging.limit_items import SendCounter, sends_sk
from shared.messaging.message_items import Message
from shared.messaging.progress import Moved

Key = tuple[type[Item], str, str]


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

    Somebody who is known by two numbers is counted under both.
    """
    found = []
    if category.caps:
        people = [pk for address in addresses for pk in address_pks(address)] or [recipient_pk(message.recipient_id)]
        found += [Counter(pk, sends_sk(category.name), category.caps) for pk in dict.fromkeys(people)]
    if category.subject_caps and message.subject_id:
        found.append(Counter(f"SUBJECT#{message.subject_id}", sends_sk(category.name), category.subject_caps))
    return found


def counts(message: Message, kept: Mapping[Counter, SendCounter | None]) -> tuple[Count, ...]:
    """Return what the caps of a message count, without the message itself."""
    ours = _name(message)
    return tuple(
        Count(counter.caps, tuple(at for at, name in _sends(item) if name != ours)) for counter, item in kept.items()
    )


def counted(message: Message, kept: Mapping[Counter, SendCounter | None], now: datetime) -> list[Put]:
    """Return the writes that count a message, each where it is not yet counted; ``Moved`` where others counted."""
    return [
        _one_more(counter, item, _name(message), now)
        for counter, item in kept.items()
        if _name(message) not in {name for _, name in _sends(item)}
    ]


def _one_more(counter: Counter, item: SendCounter | None, name: str, now: datetime) -> Put:
    recent = [f"{to_ms(at)}#{known}" for at, known in _sends(item) if at > now - counter.window]
    version = item.version if item else 0
    more = SendCounter(
        pk=counter.pk,
        sk=counter.sk,
        sends=[*recent, f"{to_ms(now)}#{name}"],
        version=version + 1,
        expires_at=now + counter.window,
    )
    unchanged = SendCounter.version == version if item else SendCounter.pk.does_not_exist()
    return Put(more, condition=unchanged, error=Moved)


def _name(message: Message) -> str:
    """Return what a message counts as: a voice message that goes with a text counts with it."""
    return message.companion_of or message.message_id


def _sends(item: SendCounter | None) -> list[tuple[datetime, str]]:
    parts = [str(send).partition("#") for send in item.sends] if item else []
    return [(from_ms(int(at)), name) for at, _, name in parts]
