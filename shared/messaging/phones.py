"""Phone numbers, by the metadata of libphonenumber (layer ``text``)."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from shared.kernel.config import settings_of
from shared.kernel.errors import ValidationFailed
from shared.messaging.domain import MessagingSettings

PREFIX_DIGITS = 4
"""Numbers of one block differ in their last four digits: what a fraudster rents."""

_WRITTEN = re.compile(r"[0-9+()./\- \u00a0]{4,32}", re.ASCII)
"""How people write numbers; the library would also take letters, extensions and parameters."""

_FORMS = (
    # Brazil's mobile numbers grew from eight digits to nine; landlines, which begin with 2 to 5, have eight.
    (re.compile(r"\+55([1-9]{2})9?([6-9][0-9]{7})", re.ASCII), r"+55\g<1>9\g<2>", r"+55\g<1>\g<2>"),
    # Mexico's mobile numbers had a 1 before them until 2019.
    (re.compile(r"\+521?([2-9][0-9]{9})", re.ASCII), r"+52\g<1>", r"+521\g<1>"),
    # A 9 before an Argentine number says that it is a mobile; no landline has the ten digits of a mobile number.
    (re.compile(r"\+549?([1-3][0-9]{9})", re.ASCII), r"+549\g<1>", r"+54\g<1>"),
)
"""Numbers under which one person is known: the one that is theirs, and the one that WhatsApp may write."""

NOWHERE = "ZZ"
"""Country of numbers that belong to none."""

_NO_COUNTRY = frozenset({NOWHERE, "001"})

_NETWORKS = frozenset({800, 808, 870, 878, 881, 882, 883, 888, 979})
"""Calling codes of services, satellites and networks of their own, whatever kind of number they say they are (ITU)."""

_UNKNOWN_ZONE = "Etc/Unknown"


@dataclass(frozen=True, slots=True)
class Phone:
    """What a number tells.

    Attributes:
        country: ISO 3166 code, ``001`` for numbers of no country.
        prefix: its block of ten thousand numbers, e.g. ``+1212555``.
        zones: every zone it may be in; empty where that is not known.
        area_code: of a US number.
        texts: it may receive texts; a landline does not.
        personal: a person may have it, as no service, pager, satellite or network of its own does.
    """

    country: str
    prefix: str
    zones: tuple[str, ...]
    area_code: int | None
    texts: bool
    personal: bool

    @property
    def reached(self) -> bool:
        """Whether people in its country are texted and called at all; a number of no country is in none."""
        return self.country in settings_of(MessagingSettings).text_countries.split()


def parse(text: str, *, field: str, region: str | None = None) -> str:
    """Return a phone number as people write it in E.164, e.g. ``+12125550123``.

    Args:
        text: the number.
        field: name of the field, for the error.
        region: country whose numbers need no ``+``, e.g. ``US``; without it a leading ``+`` is needed.

    Raises:
        ValidationFailed: it is no number at which a person can be reached.
    """
    import phonenumbers

    unreadable = ValidationFailed(details=[(field, "a phone number with its country, e.g. +12125550123")])
    if not _WRITTEN.fullmatch(text):
        raise unreadable
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise unreadable from None
    if not phonenumbers.is_valid_number(number):
        # WhatsApp knows some people under a number that the metadata does not.
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        number = phonenumbers.parse(forms(e164)[0])
    if not phonenumbers.is_valid_number(number):
        raise ValidationFailed(details=[(field, "no such phone number")])
    if phonenumbers.number_type(number) not in _personal() or number.country_code in _NETWORKS:
        raise ValidationFailed(details=[(field, "a person's phone number, not a service's")])
    formatted: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return formatted


def forms(address: str) -> tuple[str, ...]:
    """Return everything by which whoever has an address may be known, first what they are known by here.

    Two numbers in three countries; of every other number, and of a mail address, the address alone. It needs no
    metadata, so that whoever looks somebody up needs no layer.
    """
    for form, kept, other in _FORMS:
        found = form.fullmatch(address)
        if found:
            return found.expand(kept), found.expand(other)
    return (address,)


def reachable(text: str, *, field: str, region: str | None = None, otherwise: str = "") -> str:
    """Return a number that we write to, as ``parse`` does.

    The function needs ``settings=["text_countries"]``.

    Args:
        text: the number.
        field: name of the field, for the error.
        region: country whose numbers need no ``+``.
        otherwise: what can be done where nobody is reached, for the error.

    Raises:
        ValidationFailed: it is no number at which a person can be reached, or its country is none that we write to.
    """
    number = parse(text, field=field, region=region)
    phone = describe(number)
    if not phone.reached:
        where = _countries().get(phone.country, "this range")
        raise ValidationFailed(details=[(field, f"We cannot text or call numbers in {where} yet{otherwise}")])
    return number


@cache
def _countries() -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_name("countries.toml").read_text())


@lru_cache(maxsize=1024)
def describe(number: str) -> Phone:
    """Return what an E.164 number tells; one that nobody can have, as senders may be made up, receives nothing."""
    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    try:
        parsed = phonenumbers.parse(number)
        if not phonenumbers.is_valid_number(parsed):
            # A form that is no longer in use says nothing; of an Argentine landline the other one would say too much.
            parsed = phonenumbers.parse(forms(number)[0])
    except phonenumbers.NumberParseException:
        return Phone(NOWHERE, number[:-PREFIX_DIGITS], zones=(), area_code=None, texts=False, personal=False)
    kind = phonenumbers.number_type(parsed)
    country = phonenumbers.region_code_for_number(parsed) or NOWHERE
    return Phone(
        country=country,
        prefix=forms(number)[0][:-PREFIX_DIGITS],
        zones=tuple(zone for zone in time_zones_for_number(parsed) if zone != _UNKNOWN_ZONE),
        area_code=int(number[2:5]) if country == "US" else None,
        texts=kind in _personal() - {phonenumbers.PhoneNumberType.FIXED_LINE},
        personal=kind in _personal() and country not in _NO_COUNTRY,
    )


def _personal() -> frozenset[int]:
    # Not the numbers called personal: +44 70 and +1 500 are sold by the minute, whoever answers.
    from phonenumbers import PhoneNumberType as Kind

    return frozenset({Kind.MOBILE, Kind.FIXED_LINE, Kind.FIXED_LINE_OR_MOBILE, Kind.VOIP})
