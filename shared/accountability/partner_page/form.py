"""What a partner's page sends back, read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Form, Path

from shared import messaging
from shared.accountability.policies.rules import DAYTIME
from shared.accountability.team.errors import Unfit
from shared.accountability.team.rules import LONGEST_PAUSE, WRITTEN
from shared.kernel.text.speech import Sentence, spoken
from shared.kernel.zones import instant_at
from shared.messaging import PHONE, Channel, Recipient, Wishes

ShortCode = Annotated[str, Path(min_length=1, max_length=64, description="Of a short link, as its text has it.")]
PageToken = Annotated[str, Path(min_length=1, max_length=200)]
Field = Annotated[str, Form(max_length=80)]
LongField = Annotated[str, Form(max_length=300)]

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

LEAST = 2 * 60
"""How many minutes of the daytime own hours must have: less, and messages would hardly ever find their time."""


@dataclass(frozen=True, slots=True)
class PageForm:
    """The fields of every form on the page; those of other forms are empty.

    Attributes:
        action: which form.
        statement: hash of the words that were shown beside the button.
        choices: channels of first, second and third choice.
        voice: ``yes`` for a voice message with each text.
        begin: own hours, ``HH:MM``.
        end: own hours, ``HH:MM``.
        language: of messages.
        milestones: ``yes`` to hear of successes.
        words: ``yes`` where the user may read what they write back.
        until: last day of a rest, ``YYYY-MM-DD``.
        about: the ask that is answered.
        answer: to it.
    """

    action: str = ""
    statement: str = ""
    choices: tuple[str, ...] = ()
    voice: str = ""
    begin: str = ""
    end: str = ""
    language: str = ""
    milestones: str = ""
    words: str = ""
    until: str = ""
    about: str = ""
    answer: str = ""


def offered(entry: Recipient) -> list[Channel]:
    """Return the channels that somebody has an address for, the written ones first."""
    ways = [Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.VOICE]
    return [way for way in ways if (entry.phone if way in PHONE else entry.email)]


def wishes(form: PageForm, entry: Recipient) -> Wishes:
    """Return how somebody wants to be reached.

    Raises:
        Unfit: no way to reach them, one they have no address for, or hours in which nothing could arrive.
    """
    chosen = [choice for choice in form.choices if choice]
    channels = tuple(Channel(choice) for choice in dict.fromkeys(chosen) if choice in offered(entry))
    if not channels or len(channels) < len(set(chosen)):
        raise Unfit(Sentence("Choose at least one way to reach you."))
    if not WRITTEN & set(channels):
        raise Unfit(Sentence("Choose a way in writing besides calls."))
    if WRITTEN & set(channels) == {Channel.WHATSAPP}:
        raise Unfit(Sentence("Choose a second way besides WhatsApp: there we can write only after you wrote to us."))
    voicemail = form.voice == "yes" and Channel.SMS in channels
    return Wishes(channels, voicemail=voicemail, locale=_locale(form, entry), hours=_hours(form))


def _locale(form: PageForm, entry: Recipient) -> str:
    """Return the language that was chosen; a country's way of speaking it stays where no other was."""
    chosen = form.language in messaging.languages() and form.language != spoken(entry.locale)
    return form.language if chosen else entry.locale


def _hours(form: PageForm) -> tuple[int, int] | None:
    if not form.begin and not form.end:
        return None
    begin, end = _minutes(form.begin), _minutes(form.end)
    if min(end, DAYTIME[1]) - max(begin, DAYTIME[0]) < LEAST:
        raise Unfit(
            Sentence("Choose at least two hours between 9:00 and 20:00: outside of them we may not write everywhere.")
        )
    return begin, end


def _minutes(text: str) -> int:
    found = _TIME.fullmatch(text)
    if not found:
        raise Unfit(Sentence("Give both times, such as 09:30 and 18:00, or neither."))
    return int(found[1]) * 60 + int(found[2])


def rest_until(form: PageForm, zones: Sequence[str], *, now: datetime) -> datetime:
    """Return the end of a rest whose last day was chosen: when that day is over in every zone the person may be in.

    Raises:
        Unfit: it is no day, is over, or is more than a year away.
    """
    try:
        day = date.fromisoformat(form.until)
        until = max(instant_at(day + timedelta(days=1), time(), zone) for zone in zones).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(Sentence("Choose the last day of your rest.")) from None
    if not now < until <= now + LONGEST_PAUSE:
        raise Unfit(Sentence("Choose a day within the next year."))
    return until
