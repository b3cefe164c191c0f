"""A language is offered only where it is whole: every text, every answer, dates, channels."""

import tomllib
from pathlib import Path

import pytest

from shared.kernel.categories import Channel
from shared.messaging.inbound import answers
from shared.messaging.templates import catalogue
from shared.messaging.templates.catalogue import language, languages, seeded
from shared.messaging.templates.language import TABLE
from shared.messaging.templates.rendering import compose
from shared.messaging.templates.syntax import problems
from tests.sentences import EVERYTHING

OTHERS = sorted(languages() - {catalogue.DEFAULT_LOCALE})
KEYS = sorted({key for key, _ in seeded()})


def test_what_is_answered_in_is_what_is_spoken() -> None:
    lists = {file.stem for file in Path(answers.__file__).parent.glob("*.toml")}
    assert lists == languages() == {"en", "es"}


@pytest.mark.parametrize("locale", OTHERS)
@pytest.mark.parametrize("key", KEYS)
def test_every_text_is_there_with_the_same_variables(key: str, locale: str) -> None:
    here, there = seeded()[key, locale].wording, seeded()[key, "en"].wording
    for part in ("variables", "optional", "answer", "max_segments", "aim_segments"):
        assert getattr(here, part) == getattr(there, part), part
    for part in ("sms", "mail", "spoken", "button"):
        assert (getattr(here, part) is None) == (getattr(there, part) is None), part
    assert problems(here) == []
    assert here.text != there.text


@pytest.mark.parametrize("locale", sorted(languages()))
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("channel", list(Channel))
def test_every_text_can_be_said_in_at_most_as_many_segments_as_it_may_have(
    key: str, locale: str, channel: Channel
) -> None:
    version = seeded()[key, locale]
    said = compose(version, channel, EVERYTHING)
    assert "{" not in said.text + said.subject
    assert said.voice == language(locale).voice
    assert said.segments <= (version.wording.aim_segments or 4)


@pytest.mark.parametrize("locale", sorted(languages()))
def test_a_language_names_seven_days_twelve_months_and_every_channel(locale: str) -> None:
    spoken = language(locale)
    assert (len(set(spoken.days)), len(set(spoken.months))) == (7, 12)
    assert set(spoken.ways) == {"SMS", "EMAIL", "WHATSAPP", "VOICE"}
    assert spoken.day("2026-03-01").count("1") == 1
    assert spoken.day("some day") == "some day"


def test_a_country_speaks_its_language_and_what_we_do_not_speak_is_english() -> None:
    assert language("es-MX") is language("es")
    assert language("fr") is language("en")


@pytest.mark.parametrize("locale", sorted(languages()))
def test_the_file_says_what_the_language_is(locale: str) -> None:
    tables = tomllib.loads((Path(catalogue.__file__).parent / f"{locale}.toml").read_text())
    assert set(tables[TABLE]) == set(tomllib.loads((Path(catalogue.__file__).parent / "en.toml").read_text())[TABLE])
