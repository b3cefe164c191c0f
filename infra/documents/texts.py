"""Every text that people get, in every language, with what it costs as a text message: ``docs/texts.md``."""

import os
from collections.abc import Iterator

from shared.messaging.channels import Channel
from shared.messaging.wording.catalogue import Version, language, languages, seeded
from shared.messaging.words import compose

VALUES = {
    "partner_name": "Maria",
    "user_name": "Ada",
    "goal": "morning run",
    "day": "2026-11-22",
    "days": "4",
    "note": "You know me best.",
    "ways": "SMS,EMAIL,VOICE",
    "most": "6",
    "link": "https://api.dataday.example/p/abcdefghijklmnop",
    "balance": "4.5",
    "choices": '["Ada", "Bob"]',
    "texted": "yes",
    "amount": "9.99 USD",
    "credits": "100",
    "followed_up": "yes",
}
"""What the placeholders are filled with."""

_OF_KEY = {"escalation.day-2": {"days": "2"}, "escalation.week": {"days": "7"}}
"""What else they are where a text goes out for one number of days."""

_BY_PHONE = ("answer.", "reply.", "service.", "sms.")
_BY_MAIL = (
    "account.",
    "balance.",
    "payment.",
    "guide.",
    "partner.accepted",
    "partner.back",
    "partner.reachable",
    "partner.declined",
    "partner.expired",
)
_BY_MAIL += ("partner.invalid", "partner.left", "partner.no-texts", "partner.not-asked", "partner.unclear")
_BY_MAIL += ("partner.wrong-number",)
_SPOKEN = ("escalation.", "milestone.")

_HEAD = """\
# Every text

Made from `shared/messaging/wording/*.toml` by `make documents`; do not edit. Each text stands here as Maria reads it on
her phone: who writes, about whom, what happened, what may she do, how does she stop. Text messages are paid by segment.
Mails also carry the brand, its address, why they came and a link that ends them; the first text to a number ends with
`sms.first-words`.
"""


def text() -> str:
    """Return the document."""
    os.environ.setdefault("WELLSPRING_STAGE", "test")
    keys = sorted({key for key, _ in seeded()})
    return "\n".join([_HEAD, *(line for key in keys for line in _template(key))]) + "\n"


def _template(key: str) -> Iterator[str]:
    yield f"## {key}\n"
    for locale in sorted(languages()):
        version = seeded()[key, locale]
        yield f"**{language(locale).name}**\n"
        yield from _forms(version)


def _forms(version: Version) -> Iterator[str]:
    values = VALUES | _OF_KEY.get(version.key, {})
    if not version.key.startswith(_BY_MAIL):
        said = compose(version, Channel.SMS, values)
        yield from _quoted(f"text, {said.segments} {'segment' if said.segments == 1 else 'segments'}", said.text)
    if not version.key.startswith(_BY_PHONE):
        said = compose(version, Channel.EMAIL, values)
        button = f", button “{said.button}”" if said.button else ""
        yield from _quoted(f"mail “{said.subject}”{button}", said.text)
    if version.key.startswith(_SPOKEN):
        yield from _quoted("call", compose(version, Channel.VOICE, values).text)


def _quoted(label: str, words: str) -> Iterator[str]:
    yield f"*{label}*\n"
    yield "\n".join(f"> {line}".rstrip() for line in words.split("\n")) + "\n"
