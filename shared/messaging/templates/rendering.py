"""Words: a template, filled in for one person and one channel (S-A-24 to S-A-29, X-A-29)."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime

from shared.kernel.brands import brand
from shared.kernel.categories import Channel
from shared.kernel.text.reading import clean
from shared.messaging.brands import product_of
from shared.messaging.outgoing import Words
from shared.messaging.templates import syntax, versions
from shared.messaging.templates.catalogue import Version, language
from shared.messaging.templates.language import Language
from shared.messaging.templates.schemas import Wording
from shared.messaging.templates.segments import in_gsm, size
from shared.messaging.templates.syntax import INNER, Unfillable

FIRST_WORDS = "sms.first-words"
"""Key of what the first text to a number ends with: who writes, and how to end it."""

_UNSPOKEN = frozenset({"So", "Sk", "Cf"})
"""Unicode categories of emoji and what they are made of, besides the selector that follows some."""

_SELECTOR = "\ufe0f"

_NAMES = frozenset({"partner_name", "user_name", "goal"})
_NOTE = "note"
"""Values that people choose, and that may be cut where a text message would be too long."""

_LONGEST = ((80, 140), (40, 140), (40, 60), (40, 0), (20, 70), (20, 0), (15, 0), (10, 30), (10, 0))
"""Characters of a name and of a note, tried in this order; without a note only where the words can do without."""

_CUT = "..."


_UNWRITABLE = frozenset("\ufffe\uffff")
"""No characters: a call whose words hold one is not understood by the provider."""


class NoWords(Exception):
    """A message cannot be put into words; nobody may send it."""


class UnknownTemplate(NoWords):
    """There is no such template."""


class MissingVariable(NoWords):
    """The template needs a variable that was not given, or is empty where nothing can stand for it.

    Attributes:
        name: which.
    """

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is missing")
        self.name = name


class Unreadable(NoWords):
    """The template says what a template may not."""


class TooLong(NoWords):
    """Every form of the text needs more segments than the template may."""

    def __init__(self, segments: int, limit: int) -> None:
        super().__init__(f"{segments} segments are more than {limit}")


def render(
    template: str,
    locale: str,
    channel: Channel,
    variables: Mapping[str, str],
    *,
    first_text: bool,
    now: datetime,
) -> Words:
    """Return what a message says.

    The function needs ``touches=[messaging.access.READ_WORDS]`` and ``layers=["text"]`` and
    ``settings=["brands"]``.

    Args:
        template: its key.
        locale: the reader's, e.g. ``en-GB``; where there are no words in it, their language, then English.
        channel: how it goes.
        variables: what the template needs; more is fine.
        first_text: nothing was ever texted to this number: the text then ends with the brand and the opt-out words.
        now: approved versions that are younger than a minute may not be used yet.

    Raises:
        UnknownTemplate: there is none of this key.
        MissingVariable: a variable is missing.
        TooLong: it is too long for a text message.
    """
    version = versions.find(template, locale, now=now)
    if version is None:
        raise UnknownTemplate(template)
    ending = versions.find(FIRST_WORDS, locale, now=now) if first_text else None
    return compose(version, channel, variables, ending=ending)


def compose(
    version: Version, channel: Channel, variables: Mapping[str, str], *, ending: Version | None = None
) -> Words:
    """Return what one version of a template says; ``ending`` is what the first text to a number ends with.

    Raises:
        MissingVariable: a variable is missing.
        TooLong: it is too long for a text message.
    """
    values = _values(version, variables)
    subject = _fill(version.wording.subject, values)
    if channel is Channel.SMS:
        text, segments = _text_message(version, values, ending)
    else:
        text, segments = _other(version, channel, values), 1
    return Words(
        text=text,
        version=version.number,
        product=product_of(version.key),
        locale=version.locale,
        voice=language(version.locale).voice,
        button=_fill(version.wording.button, values) if version.wording.button else "",
        reference=version.reference,
        subject=subject,
        segments=segments,
        content_sid=version.wording.content_sid if channel is Channel.WHATSAPP else None,
        content_variables=tuple(values[name] for name in version.wording.content_variables),
    )


def _fill(source: str, values: dict[str, str]) -> str:
    try:
        return syntax.fill(source, values)
    except Unfillable as wrong:
        raise Unreadable(str(wrong)) from None


def _values(version: Version, variables: Mapping[str, str]) -> dict[str, str]:
    speaking, said = brand(product_of(version.key)), language(version.locale)
    values = {"brand": speaking.name, "contact": speaking.contact, "home": speaking.home}
    values |= {name: _one_line(variables.get(name, "")) for name in version.wording.optional}
    for name in version.wording.variables:
        if name not in variables:
            raise MissingVariable(name)
        values[name] = _in_words(name, _one_line(variables[name]), said)
        if not values[name] and name not in said.nameless:
            raise MissingVariable(name)
    return values


def _in_words(name: str, value: str, said: Language) -> str:
    """Return a value as its reader's language says it: a title in quotes, a date, channels, no name."""
    match name:
        case "goal":
            return said.title(value)
        case "day":
            return said.day(value)
        case "ways":
            return said.channels(value)
        case "choices":
            return _one_line(said.choices(value))
    return value or said.nameless.get(name, "")


def _one_line(value: str) -> str:
    """Return a value that cannot break out of its sentence: no line breaks, control characters or turned text."""
    spaced = (" " if unicodedata.category(one) == "Cc" or one in _UNWRITABLE else one for one in value)
    return " ".join(clean("".join(spaced)).split())


def _text_message(version: Version, values: dict[str, str], ending: Version | None) -> tuple[str, int]:
    wording = version.wording
    forms = [wording.text] if wording.plain is None else [wording.text, wording.plain]
    if wording.prefer_plain:
        forms.reverse()
    said = language(version.locale)
    texts = [_whole(wording, form, fitted, ending) for fitted in _fitted(wording, values, said) for form in forms]
    if said.plain_texts:
        texts = ["\n".join(map(in_gsm, text.split("\n"))) for text in texts]
    sized = [(text, size(text).segments) for text in texts]
    aim = wording.aim_segments or wording.max_segments
    found = next((one for one in sized if one[1] <= aim), None) or min(sized, key=lambda one: one[1])
    if found[1] > wording.max_segments:
        raise TooLong(found[1], wording.max_segments)
    return found


def _whole(wording: Wording, form: str, values: dict[str, str], ending: Version | None) -> str:
    text = _framed(wording.sms, form, values)
    if ending and not (wording.answer or _tells_how_to_end(text, values["brand"], ending)):
        text += "\n" + _fill(ending.wording.text, values)
    return text


def _fitted(wording: Wording, values: dict[str, str], said: Language) -> Iterator[dict[str, str]]:
    """Return values ever shorter: better with part of a name or a note than not at all.

    A single letter outside the GSM-7 alphabet more than halves what fits: at last names go without their accents, or
    without themselves. The page behind the link has them whole.
    """
    lengths = [(name, note) for name, note in _LONGEST if note or _NOTE not in wording.variables]
    for written in (values, _plain_letters(values, said)):
        yield written
        yield from (_cut(written, name, note) for name, note in lengths)


def _plain_letters(values: dict[str, str], said: Language) -> dict[str, str]:
    plain = {name: in_gsm(value) for name, value in values.items()}
    nameless = said.nameless | {"goal": said.goal}
    return plain | {name: other for name, other in nameless.items() if name in plain and not plain[name].strip('"')}


def _cut(values: dict[str, str], longest_name: int, longest_note: int) -> dict[str, str]:
    """Return values whose names and note are no longer than so many characters."""
    most = dict.fromkeys(_NAMES, longest_name) | {_NOTE: longest_note}
    return {name: _shortened(value, most.get(name, len(value))) for name, value in values.items()}


def _shortened(value: str, longest: int) -> str:
    """Return a value in so many characters; a title keeps its quotes around what is left of it."""
    if len(value) <= longest:
        return value
    if longest < len(_CUT):
        return ""
    if value.startswith('"') and value.endswith('"'):
        return f'"{_shortened(value[1:-1], longest)}"'
    return f"{value[: longest - len(_CUT)].rstrip()}{_CUT}"


def _tells_how_to_end(text: str, brand_name: str, ending: Version) -> bool:
    return brand_name in text and language(ending.locale).ending in text


def _other(version: Version, channel: Channel, values: dict[str, str]) -> str:
    wording = version.wording
    if channel is Channel.VOICE:
        return _spoken(_framed(wording.spoken, wording.text, values))
    frame = {Channel.WHATSAPP: wording.sms, Channel.EMAIL: wording.mail}.get(channel)
    return _framed(frame, wording.text, values)


def _framed(frame: str | None, text: str, values: dict[str, str]) -> str:
    words = _fill(text, values)
    return _fill(frame, values | {INNER: words}) if frame else words


def _spoken(text: str) -> str:
    """Return a text as it can be read out: without emoji."""
    said = (one for one in text if unicodedata.category(one) not in _UNSPOKEN and one != _SELECTOR)
    return " ".join("".join(said).split())
