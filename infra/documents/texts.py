"""Everything that people read, in every language: ``docs/texts.md``.

Messages in each of their forms with what they cost as texts, then the sentences of pages, timeline and statement.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shared.kernel.categories import Channel
from shared.kernel.domains import domains, named
from shared.kernel.text import speech
from shared.messaging.templates.catalogue import Version, language, languages, seeded
from shared.messaging.templates.rendering import compose

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

_OF_KEY = {
    "escalation.day-2": {"days": "2"},
    "escalation.week": {"days": "7"},
    "guide.outreach": {"days": "1"},
    "milestone.success": {"days": "7"},
}
"""What else they are where a text goes out for one number of days."""

_CHOICES = {"why": ("FREQUENCY", "FAILED"), "days": ("14",)}
"""What a variable may be that changes the words, other than yes or nothing."""

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
    "partner.fewer-mails",
)
_BY_MAIL += (
    "partner.invalid",
    "partner.left",
    "partner.no-country",
    "partner.no-texts",
    "partner.not-asked",
    "partner.unclear",
)
_BY_MAIL += ("partner.stopped", "partner.wrong-number")
_SPOKEN = ("escalation.", "milestone.")

_HEAD = """\
# Every text

Made from `shared/messaging/templates/*.toml` by `make documents`; do not edit. Each text stands here as Maria reads
it on her phone: who writes, about whom, what happened, what may she do, how does she stop. Texts are paid by segment.
Mails also carry the brand, its address, why they came and a link that ends them; the first text to a number ends with
`sms.first-words`. After the form that most people get stand those that depend on something: `followed_up` (a guide was
told), `flexible` (a goal without fixed days), `note` (the user wrote something), `link` and `texted` (how to answer).

At the end stand the sentences of pages, of the timeline and of the statement, side by side.
"""


def text() -> str:
    """Return the document."""
    os.environ.setdefault("WELLSPRING_STAGE", "test")
    keys = sorted({key for key, _ in seeded()})
    lines = [*(line for key in keys for line in _template(key)), *_pages()]
    return "\n".join([_HEAD, *lines]) + "\n"


def _template(key: str) -> Iterator[str]:
    yield f"## {key}\n"
    for locale in sorted(languages()):
        version = seeded()[key, locale]
        yield f"**{language(locale).name}**\n"
        yield from _forms(version)


def _forms(version: Version) -> Iterator[str]:
    """Yield the form of a text that most people get, then what it says otherwise where something is different."""
    usual = VALUES | _OF_KEY.get(version.key, {})
    shown = dict(_said(version, usual))
    for label, words in shown.items():
        yield from _quoted(label, words)
    for told, other in _others(version, usual):
        for label, words in _said(version, other):
            if words not in shown.values():
                yield from _quoted(f"{label}, {told}", words)


def _others(version: Version, usual: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield what else a text may be filled with, and what is different then."""
    for name in version.wording.optional:
        if name in usual:
            yield f"without `{name}`", {key: value for key, value in usual.items() if key != name}
        for value in () if name in usual else _CHOICES.get(name, ("yes",)):
            yield f"with `{name}`" if value == "yes" else f"`{name}` {value}", {**usual, name: value}
    if version.key == "escalation.week":
        yield from ((f"after {days} days", {**usual, "days": days}) for days in _CHOICES["days"])


def _said(version: Version, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a text says on each of its channels, named."""
    if not version.key.startswith(_BY_MAIL):
        said = compose(version, Channel.SMS, values)
        yield f"text, {said.segments} {'segment' if said.segments == 1 else 'segments'}", said.text
    if not version.key.startswith(_BY_PHONE):
        said = compose(version, Channel.EMAIL, values)
        button = f", button “{said.button}”" if said.button else ""
        yield f"mail “{said.subject}”{button}", said.text
    if version.key.startswith(_SPOKEN):
        yield "call", compose(version, Channel.VOICE, values).text


def _pages() -> Iterator[str]:
    """Yield the sentences that are said in English where they are used, with what each other language makes of them."""
    others = sorted(languages() - {speech.DEFAULT})
    yield "## What partners agree to\n"
    for locale in (speech.DEFAULT, *others):
        for name, words_of in _statements():
            yield from _quoted(f"{language(locale).name}, {name}", words_of(name, locale, VALUES["user_name"]).text)
    for locale in others:
        yield f"## Pages, timeline and statement: English and {language(locale).name}\n"
        for english, other in speech.told(locale, "sentences").items():
            yield f"- {english}  \n  {other}"
        yield ""


def _statements() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the name of everything that people agree to, with what puts it into words."""
    for module in (domain.statements for domain in domains() if domain.statements):
        words_of = named(f"{module}:words_of")
        yield from ((name, words_of) for name in named(f"{module}:STATEMENTS"))


def _quoted(label: str, words: str) -> Iterator[str]:
    yield f"*{label}*\n"
    yield "\n".join(f"> {line}".rstrip() for line in words.split("\n")) + "\n"
