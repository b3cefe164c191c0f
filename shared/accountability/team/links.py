"""Links to a partner's page: no account, nothing stored but a seed (S-A-40, X-A-25).

A link holds the partner's id, a generation and its expiry, and where it was sent with an ask, which. Every answer on
the page uses the generation up, and with it every link of it that was sent before; looking at the page uses up nothing,
since mail scanners look, too. A text has no room for all that: its link is a code, by whose hash the rest is kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from shared.accountability.items import ContactKey, user_pk
from shared.accountability.team.items import Partner, PartnerOwner, ShortLink, owner_pk, partner_sk, short_pk
from shared.kernel.clock import to_ms
from shared.kernel.config import settings
from shared.kernel.errors import NotFound
from shared.kernel.security import derived
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put
from shared.messaging import SecretLink

PURPOSE = "partner-page"

LIFE = timedelta(days=14)
"""How long a link can be followed."""

NOT_AT_ALL = timedelta()

SHORT_PURPOSE = "partner-page-short"

SHORT = 16
"""Characters of a short link's code: 96 bits, which nobody guesses in the two weeks of its life."""

KEPT = timedelta(days=90)
"""How long what a short link leads to is known: an old one still says what it was, and how to get another."""

_SECONDS = 1000


_LENGTHS = frozenset({4, 7})
"""Parts of a token: partner, generation, expiry and tag, before which three may say what was asked."""


class Use(Enum):
    """What a genuine link is good for."""

    GOOD = "good"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Opened:
    """A genuine link."""

    partner: Partner
    use: Use
    ask: ContactKey | None = None


def link(partner: Partner, *, ask: ContactKey | None = None, now: datetime) -> SecretLink:
    """Return a link for a message: good for 14 days, or until the next answer; ``ask`` is what the message asks.

    The function needs ``settings=["public_url"]``.
    """
    matter = (ask.goal_id, ask.date, ask.step) if ask else ()
    parts = (*_parts_of(partner, partner.generation, to_ms(now + LIFE) // _SECONDS), *matter)
    return SecretLink(address_of(".".join((*parts, ""))), PURPOSE, partner.seed, parts)


def short_link(partner: Partner, *, waits: timedelta = NOT_AT_ALL, now: datetime) -> tuple[SecretLink, Put]:
    """Return a link for a text, good for as long, and the write that makes it lead to the page.

    One whose message may wait to leave is good for as long after that.

    The function needs ``settings=["public_url"]`` and ``secrets=["derived-tokens"]``.
    """
    until = to_ms(now + waits + LIFE) // _SECONDS
    parts = _parts_of(partner, partner.generation, until)
    code = derived.derive(SHORT_PURPOSE, partner.seed, *parts)[:SHORT]
    known = ShortLink(
        pk=short_pk(_hash(code)),
        sk=ShortLink.SK,
        partner_id=partner.partner_id,
        generation=partner.generation,
        until=until,
        expires_at=now + waits + KEPT,
    )
    return SecretLink(f"{settings().public_url}/p/", SHORT_PURPOSE, partner.seed, parts, SHORT), Put(known)


def about(partner_id: str) -> str:
    """Return what a message about a new link names it by."""
    return f"link:{partner_id}"


def token_of(code: str) -> str:
    """Return the token of the link that a code is short for. At most three reads.

    Raises:
        NotFound: there is none.
    """
    known = reads.get(ShortLink, short_pk(_hash(code)), ShortLink.SK)
    partner = partner_of(known.partner_id) if known else None
    if known is None or partner is None:
        raise NotFound
    return _signed(partner, known.generation, known.until)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def token(partner: Partner, *, now: datetime) -> str:
    """Return the token of such a link.

    The function needs ``secrets=["derived-tokens"]``.
    """
    return _signed(partner, partner.generation, to_ms(now + LIFE) // _SECONDS)


def _parts_of(partner: Partner, generation: int, until: int) -> tuple[str, str, str]:
    return partner.partner_id, str(generation), str(until)


def _signed(partner: Partner, generation: int, until: int, matter: Sequence[str] = ()) -> str:
    parts = (*_parts_of(partner, generation, until), *matter)
    return ".".join((*parts, derived.derive(PURPOSE, partner.seed, *parts)))


def address_of(given: str) -> str:
    """Return the address that a token leads to."""
    return f"{settings().public_url}/v1/partner/{given}"


def opened(given: str, *, now: datetime) -> Opened:
    """Return what a token leads to. Two reads.

    Raises:
        NotFound: it is not one of ours.
    """
    partner_id, generation, until, matter = _read(given)
    partner = partner_of(partner_id)
    if partner is None or not derived.same(given, _signed(partner, generation, until, matter)):
        raise NotFound
    ask = ContactKey(matter[0], matter[1], matter[2], partner_id) if matter else None
    if generation != partner.generation:
        return Opened(partner, Use.USED, ask)
    return Opened(partner, Use.EXPIRED if until * _SECONDS <= to_ms(now) else Use.GOOD, ask)


def _read(given: str) -> tuple[str, int, int, list[str]]:
    parts = given.split(".")
    if len(parts) not in _LENGTHS:
        raise NotFound
    try:
        return parts[0], int(parts[1]), int(parts[2]), parts[3:-1]
    except ValueError:
        raise NotFound from None


def partner_of(partner_id: str) -> Partner | None:
    """Return a partner by the id alone, as replies and links know them. Two reads."""
    owner = reads.get(PartnerOwner, owner_pk(partner_id), PartnerOwner.SK)
    return reads.get(Partner, user_pk(owner.user_id), partner_sk(partner_id)) if owner else None
