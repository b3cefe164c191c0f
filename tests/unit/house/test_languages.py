"""Pages and mails are whole in every language: each sentence that is said has a translation, and each one is said."""

import ast
import re
import string
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, nodes

from shared import messaging
from shared.kernel import pages
from shared.kernel.declare import Function, Http
from shared.kernel.errors import DomainError, PayloadTooLarge, ValidationFailed
from shared.kernel.registry import ROOT, functions
from shared.kernel.text import speech

OTHERS = sorted(speech.languages() - {speech.DEFAULT})
TEMPLATES = sorted(ROOT.glob("shared/**/*.html"))
SAYING = {"Sentence": 0, "say": 0, "translated": 1}
"""What a sentence is given to in Python, and in which place."""

_UNSAID = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>|&\w+;|<[^>]*>", re.DOTALL)
_READ_OUT = re.compile(r"\b(?:aria-label|title|alt|placeholder)=\"([^\"{]+)\"")


def _in_template(file: Path) -> Iterator[str]:
    parsed = Environment(autoescape=True).parse(file.read_text())
    for call in parsed.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "_":
            (given,) = call.args
            assert isinstance(given, nodes.Const), f"{file}: a sentence is written out where it is said"
            yield given.value


def _in_module(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        place = SAYING.get(name, len(node.args))
        given = node.args[place] if place < len(node.args) else None
        # Messages of templates are said by their key.
        if isinstance(given, ast.Constant) and isinstance(given.value, str) and not _is_key(given.value):
            yield given.value


def _is_key(value: str) -> bool:
    return value in {key for key, _ in _templates()}


@cache
def _templates() -> frozenset[tuple[str, str]]:
    from shared.messaging.templates.catalogue import seeded

    return frozenset(seeded())


@cache
def said() -> frozenset[str]:
    """Every sentence of pages and mails."""
    modules = [file for folder in ("shared", "functions") for file in ROOT.glob(f"{folder}/**/*.py")]
    return frozenset(
        sentence
        for files, find in ((TEMPLATES, _in_template), (modules, _in_module))
        for file in files
        for sentence in find(file)
    )


def _shows_pages(function: Function[..., Any]) -> bool:
    trigger = function.declaration.trigger
    return isinstance(trigger, Http) and "text/html" in trigger.raw


def names(text: str) -> list[str]:
    """What is filled into a sentence."""
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_what_pages_speak_messages_speak() -> None:
    assert speech.languages() == messaging.languages()
    assert OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_said_in_every_language_and_none_that_nobody_says(language: str) -> None:
    known = speech.told(language, "sentences")
    assert sorted(said() - known.keys()) == []
    assert sorted(known.keys() - said()) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_is_filled_with_the_same_in_every_language(language: str) -> None:
    for english, other in speech.told(language, "sentences").items():
        assert names(english) == names(other), english
        # What a template says goes into the page as it stands.
        assert not set('<>&"') & set(english + other), english
        # What is no whole sentence stands in one, in every language.
        assert (english[-1] in ".!?") == (other[-1] in ".!?"), english


@pytest.mark.parametrize("language", OTHERS)
def test_what_somebody_agrees_to_has_its_own_words_and_version_in_every_language(language: str) -> None:
    from shared.accountability.team import consents

    for name, english in (("page", consents._PAGE), ("mail", consents._MAIL)):
        found = speech.consent(language, name)
        assert found
        version, text = found
        assert f"/{language}/" in version
        assert names(text) == names(english)


def test_what_a_page_refuses_is_told_in_every_language() -> None:
    shell = (ValidationFailed, PayloadTooLarge)
    pages_of = [one.declaration for one in functions() if _shows_pages(one)]
    refused: set[type[DomainError]] = {error for page in pages_of for error in (*page.errors, *shell)}
    assert sorted(error.message for error in refused if _tells_itself(error) and error.message not in said()) == []


def _tells_itself(error: type[DomainError]) -> bool:
    """Whether a page shows the error's own message: of the others it says something itself."""
    return error.status < HTTPStatus.INTERNAL_SERVER_ERROR and error.status not in pages._REFUSED


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_says_nothing_but_sentences(file: Path) -> None:
    source = file.read_text()
    assert re.findall(r"[^\W\d_]{2,}", _UNSAID.sub(" ", source)) == []
    assert _READ_OUT.findall(source) == []
    sentences = set(_in_template(file))
    written = [one.value for one in Environment(autoescape=True).parse(source).find_all(nodes.Const)]
    loose = [one for one in written if isinstance(one, str) and one not in sentences and re.match(r"[A-Z].* ", one)]
    assert loose == []
