"""Users in the directory: their confirmed address, and how they want to be told things."""

from typing import Any

from shared.kernel.errors import ValidationFailed
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import Put, Update, Write, commit
from shared.kernel.versions import Seen
from shared.messaging.items import AddressEntry, RecipientItem, address_pk, recipient_pk
from shared.messaging.recipients import preferences
from shared.messaging.recipients.user_schemas import Preferences, PreferencesChange, QuietHours

_LOCALE = "en"


def enlist_user(user_id: str, name: str, email: str) -> list[Write]:
    """Return the writes that make a user with a confirmed address reachable; what they chose before stays.

    The function needs ``touches=[messaging.access.ENLIST]``.
    """
    pk = recipient_pk(user_id)
    actions = [
        RecipientItem.recipient_id.set(user_id),
        RecipientItem.name.set(name),
        RecipientItem.email.set(email),
        RecipientItem.locale.set(RecipientItem.locale | _LOCALE),
        RecipientItem.active.set(True),
        RecipientItem.version.add(1),
    ]
    known = AddressEntry(pk=address_pk(email), sk=pk, recipient_id=user_id)
    return [Update(RecipientItem, pk, RecipientItem.SK, actions), Put(known)]


def set_zone_write(user_id: str, zone: str) -> Update:
    """Return the write that notes where a user lives: their quiet hours go by it unless they chose a zone themselves.

    The function needs ``touches=[messaging.access.PLACE]``.
    """
    actions = [
        *_known(user_id),
        RecipientItem.home_zone.set(zone),
        RecipientItem.version.add(1),
    ]
    return Update(RecipientItem, recipient_pk(user_id), RecipientItem.SK, actions)


def set_suspended_write(user_id: str, *, suspended: bool) -> Update:
    """Return the write that lets nothing go out any more in the name of a user, or lets it again.

    The function needs ``touches=[messaging.access.PLACE]``.
    """
    told = RecipientItem.suspended.set(True) if suspended else RecipientItem.suspended.remove()
    actions = [*_known(user_id), told, RecipientItem.version.add(1)]
    return Update(RecipientItem, recipient_pk(user_id), RecipientItem.SK, actions)


def _known(user_id: str) -> list[Any]:
    """Return what an entry has from the start, whoever writes it first.

    Before the address is confirmed there is no other way to reach a user than in the product itself.
    """
    return [
        RecipientItem.recipient_id.set(user_id),
        RecipientItem.name.set(RecipientItem.name | ""),
        RecipientItem.locale.set(RecipientItem.locale | _LOCALE),
        RecipientItem.active.set(RecipientItem.active | True),
    ]


def locale_of(user_id: str) -> str | None:
    """Return the language that a user is told things in; ``None`` while nothing is known of them. One read.

    The function needs ``touches=[messaging.access.READ_DIRECTORY]``.
    """
    recipient = get(RecipientItem, recipient_pk(user_id), RecipientItem.SK)
    return recipient.locale if recipient else None


def read_preferences(user_id: str) -> Preferences:
    """Return how a user wants to be told things: what they chose, and the defaults for the rest."""
    return _view(get(RecipientItem, recipient_pk(user_id), RecipientItem.SK))


def _view(recipient: RecipientItem | None) -> Preferences:
    matrix = preferences.matrix(recipient.muted or () if recipient else ())
    return Preferences(
        zone=recipient.clock_zone if recipient else None,
        locale=recipient.locale if recipient else _LOCALE,
        quiet_hours=_quiet(recipient) if recipient else None,
        channels={name: {str(channel): on for channel, on in row.items()} for name, row in matrix.items()},
        version=recipient.version if recipient else 0,
    )


def _quiet(recipient: RecipientItem) -> QuietHours | None:
    """Return the hours outside those in which the user may be told things."""
    if recipient.from_minute is None or recipient.to_minute is None:
        return None
    return QuietHours(from_=_wall(recipient.to_minute), to=_wall(recipient.from_minute))


def _wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _minute(wall: str) -> int:
    hours, minutes = wall.split(":")
    return int(hours) * 60 + int(minutes)


def change_preferences(user_id: str, change: PreferencesChange, seen: Seen) -> Preferences:
    """Change how a user wants to be told things.

    Raises:
        ValidationFailed: a category or channel is none that a user chooses about.
        OtherVersion: it is in another version than was seen.
        Unavailable: others kept changing it in between.
    """
    wrong = preferences.problems(change.channels)
    if wrong:
        raise ValidationFailed(details=wrong)

    def change_as_read() -> Preferences:
        before = get(RecipientItem, recipient_pk(user_id), RecipientItem.SK)
        seen.require(before.version if before else 0)
        return _view(RecipientItem.load(commit(_update(user_id, before, change), returned="ALL_NEW")))

    return retry_on_conflict(change_as_read)


def _update(user_id: str, before: RecipientItem | None, change: PreferencesChange) -> Update:
    sent = change.model_fields_set
    actions: list[Any] = [RecipientItem.version.add(1)]
    if before is None:
        # Told before the address is confirmed: there is no other way to reach them yet than in the product itself.
        actions += [RecipientItem.recipient_id.set(user_id), RecipientItem.name.set(""), RecipientItem.active.set(True)]
    if "locale" in sent or before is None:
        actions.append(RecipientItem.locale.set(change.locale))
    if "zone" in sent:
        actions.append(RecipientItem.zone.set(change.zone) if change.zone else RecipientItem.zone.remove())
    if "quiet_hours" in sent:
        actions += _hours(change.quiet_hours)
    if change.channels:
        muted = preferences.muted_after(before.muted or () if before else (), change.channels)
        actions.append(RecipientItem.muted.set(muted) if muted else RecipientItem.muted.remove())
    same = RecipientItem.version == before.version if before else RecipientItem.pk.does_not_exist()
    return Update(
        RecipientItem, recipient_pk(user_id), RecipientItem.SK, actions, condition=same, error=VersionConflict
    )


def _hours(quiet: QuietHours | None) -> list[Any]:
    if quiet is None:
        return [RecipientItem.from_minute.remove(), RecipientItem.to_minute.remove()]
    return [RecipientItem.from_minute.set(_minute(quiet.to)), RecipientItem.to_minute.set(_minute(quiet.from_))]
