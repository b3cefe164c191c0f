"""Links to a partner's page: no account, nothing stored but a seed (S-A-40, X-A-25).

A link holds the partner's id, a generation and its expiry. Every answer on the page uses the generation up, and with
it every link of it that was sent before; looking at the page uses up nothing, since mail scanners look, too.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from shared.accountability.items import user_pk
from shared.accountability.team.items import Partner, PartnerOwner, owner_pk, partner_sk
from shared.kernel.clock import to_ms
from shared.kernel.config import settings
from shared.kernel.errors import NotFound
from shared.kernel.security import derived
from shared.kernel.storage import reads
from shared.messaging import SecretLink

PURPOSE = "partner-page"

LIFE = timedelta(days=14)
"""How long a link can be followed."""

_SECONDS = 1000


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


def link(partner: Partner, *, now: datetime) -> SecretLink:
    """Return a link for a message: good for 14 days, or until the next answer.

    The function needs ``settings=["public_url"]``.
    """
    parts = _parts_of(partner, partner.generation, to_ms(now + LIFE) // _SECONDS)
    return SecretLink(address_of(".".join((*parts, ""))), PURPOSE, partner.seed, parts)


def token(partner: Partner, *, now: datetime) -> str:
    """Return the token of such a link.

    The function needs ``secrets=["derived-tokens"]``.
    """
    return _signed(partner, partner.generation, to_ms(now + LIFE) // _SECONDS)


def _parts_of(partner: Partner, generation: int, until: int) -> tuple[str, str, str]:
    return partner.partner_id, str(generation), str(until)


def _signed(partner: Partner, generation: int, until: int) -> str:
    parts = _parts_of(partner, generation, until)
    return ".".join((*parts, derived.derive(PURPOSE, partner.seed, *parts)))


def address_of(given: str) -> str:
    """Return the address that a token leads to."""
    return f"{settings().public_url}/v1/partner/{given}"


def opened(given: str, *, now: datetime) -> Opened:
    """Return what a token leads to. Two reads.

    Raises:
        NotFound: it is not one of ours.
    """
    partner_id, generation, until = _read(given)
    partner = partner_of(partner_id)
    if partner is None or not derived.same(given, _signed(partner, generation, until)):
        raise NotFound
    if generation != partner.generation:
        return Opened(partner, Use.USED)
    return Opened(partner, Use.EXPIRED if until * _SECONDS <= to_ms(now) else Use.GOOD)


def _read(given: str) -> tuple[str, int, int]:
    try:
        partner_id, generation, until, _ = given.split(".")
        return partner_id, int(generation), int(until)
    except ValueError:
        raise NotFound from None


def partner_of(partner_id: str) -> Partner | None:
    """Return a partner by the id alone, as replies and links know them. Two reads."""
    owner = reads.get(PartnerOwner, owner_pk(partner_id), PartnerOwner.SK)
    return reads.get(Partner, user_pk(owner.user_id), partner_sk(partner_id)) if owner else None
