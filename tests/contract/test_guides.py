"""What the guides and runbooks tell to do can be done: routes, commands and headers are those that there are."""

import re
from pathlib import Path

import pytest

from infra.documents.openapi import endpoints
from infra.local.settings import ROOT
from infra.operations.__main__ import COMMANDS

OTHERS = {"decisions", "endpoints", "requirements", "simulators"}
"""They tell of what was, is made, or is another's API."""

_PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs/runbooks").glob("*.md"))]
GUIDES = [guide for guide in _PAGES if guide.stem not in OTHERS]
GUIDES = [
    guide for guide in GUIDES if guide.name not in {"decisions.md", "requirements.md", "endpoints.md", "simulators.md"}
]
ROUTES = {route.method: [] for _, route in endpoints()}
for _, _route in endpoints():
    ROUTES[_route.method].append(re.sub(r"\{\w+\}", "[^/]+", _route.path))
REQUEST = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) +(/v1/[^\s`?\"]+)")
COMMAND = re.compile(r"infra\.operations(?: --stage \S+)? ([a-z-]+)")

guides = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)


@guides
def test_every_request_of_a_guide_has_a_route(guide: Path) -> None:
    asked = REQUEST.findall(guide.read_text())
    assert [one for one in asked if not any(re.fullmatch(path, one[1]) for path in ROUTES[one[0]])] == []


@guides
def test_every_command_of_a_guide_is_one(guide: Path) -> None:
    known = {module.__name__.rpartition(".")[2].replace("_", "-") for module in COMMANDS}
    assert set(COMMAND.findall(guide.read_text())) <= known


@guides
def test_who_sets_something_as_an_operator_is_told_the_header_that_it_takes(guide: Path) -> None:
    text = guide.read_text()
    told = [text[found.start() : found.end() + 200] for found in re.finditer(r"(PUT|PATCH) +/v1/admin/", text)]
    assert [one for one in told if "If-Match" not in one and "If-None-Match" not in one] == []
