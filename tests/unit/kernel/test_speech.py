"""The language that a reader is spoken to in."""

import pytest

from shared.kernel.text import speech


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en", "en"), ("en-GB", "en"), ("es", "es"), ("es-MX", "es"), ("fr", "en"), ("", "en"), ("../es", "en")],
)
def test_a_country_speaks_its_language_and_what_we_do_not_speak_is_english(locale: str, language: str) -> None:
    assert speech.spoken(locale) == language


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("ES-mx,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("fr-FR, es;q=0.5, *;q=0.1", "es"),
        ("de, en;q=0.3 , es; q=0.4", "es"),
        ("es;q=0", "en"),
        ("es;q=0.000, en;q=0.1", "en"),
        ("es;q=high", "en"),
        (",;q=,,es--;q=1.0001", "en"),
        ("*", "en"),
    ],
)
def test_of_our_languages_the_one_that_a_browser_would_rather_read(accepted: str, language: str) -> None:
    assert speech.preferred(accepted) == language


def test_a_sentence_is_filled_in_in_its_language_and_values_are_no_sentences() -> None:
    assert speech.translated("es-US", "Go to {brand}", brand="{brand} {0}") == "Ir a {brand} {0}"
    assert speech.speaker("en")("Go to {brand}", brand="Dataday") == "Go to Dataday"


def test_what_is_in_no_file_stays_as_it_is() -> None:
    assert speech.translated("es", "A {thing} that nobody says on a page") == "A {thing} that nobody says on a page"
