"""``docs/lives.md`` names every life that is played, and none that is not."""

import re
from pathlib import Path

from tests.stack.lives import answers, days, leaving

DOCUMENT = Path(__file__).parents[3] / "docs/lives.md"


def test_the_document_names_every_life_of_partners() -> None:
    partners = DOCUMENT.read_text().partition("## Evenings")[0].replace("### Ten missed days", "\0").partition("\0")[0]
    named = re.findall(r"^\| (?!life \||---)(.+?) \|", partners, re.MULTILINE)
    assert sorted(named) == sorted(answers.LIVES | leaving.LIVES | days.LIVES)


def test_the_document_names_every_evening() -> None:
    evenings = DOCUMENT.read_text().partition("## Evenings")[2]
    named = re.findall(r"^\| (?!life \||---)(.+?) \|", evenings, re.MULTILINE)
    played = (DOCUMENT.parents[1] / "tests/stack/test_lives_of_streams.py").read_text()
    assert sorted("test_" + re.sub(r"\W", "_", name) for name in named) == sorted(
        re.findall(r"^def (test_\w+)", played, re.MULTILINE)
    )
