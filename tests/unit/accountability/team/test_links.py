"""Tokens of links: what they hold, how long they are good, and that nothing of them is in a message."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.accountability.team import links
from shared.accountability.team.items import Partner
from shared.accountability.team.links import Use
from shared.kernel import secrets
from shared.kernel.errors import NotFound
from shared.messaging.templates.variables import given, stored
from tests import environment

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def world(monkeypatch):
    """A secret, an address, and one partner."""

    partner = Partner(partner_id="ptn_1", user_id="usr_1", seed="0" * 64, generation=3)
    monkeypatch.setattr(secrets, "_kept", {"derived-tokens": (float("inf"), "a key")})
    monkeypatch.setattr(links, "partner_of", lambda partner_id: partner if partner_id == "ptn_1" else None)
    monkeypatch.setenv("WELLSPRING_STAGE", "test")
    monkeypatch.setenv("WELLSPRING_PUBLIC_URL", "https://api.wellspring.example")
    environment.read_anew()
    yield partner
    environment.read_anew()


def test_a_link_is_good_for_fourteen_days_and_then_expired(world):
    token = links.token(world, now=START)
    assert links.opened(token, now=START + timedelta(days=14, seconds=-1)).use is Use.GOOD
    assert links.opened(token, now=START + timedelta(days=14)).use is Use.EXPIRED


def test_a_link_of_another_generation_was_used_however_old(world):
    token = links.token(world, now=START)
    world.generation = 4
    assert links.opened(token, now=START).use is Use.USED
    assert links.opened(token, now=START + timedelta(days=99)).use is Use.USED


def test_a_message_keeps_a_link_without_its_tag(world):
    token = links.token(world, now=START)
    kept = stored({"link": links.link(world, now=START)})
    assert token.rpartition(".")[2] not in kept
    assert given(kept) == {"link": f"https://api.wellspring.example/v1/partner/{token}"}


def test_what_was_not_made_by_us_leads_nowhere(world):
    token = links.token(world, now=START)
    head, _, tag = token.rpartition(".")
    forged = [
        "",
        head,
        f"{head}.",
        f"{head}.{tag[:-1]}",
        f"{head}.{tag}=",
        f"ptn_1.4.{token.split('.')[2]}.{tag}",
        f"ptn_1.3.{int(token.split('.')[2]) + 1}.{tag}",
        f"ptn_1.03.{token.split('.')[2]}.{tag}",
        f"ptn_1.\u0663.{token.split('.')[2]}.{tag}",
        token.upper(),
        f" {token}",
        f"{token}.{tag}",
    ]
    for one in forged:
        with pytest.raises(NotFound):
            links.opened(one, now=START)
