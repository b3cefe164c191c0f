"""Mail addresses in one form, in which they are stored, hashed and sent to.

Checking one takes a library of the layers ``text`` and ``security``: functions that do it declare one of them.
"""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_LOCAL = 64
"""Octets before the ``@`` (RFC 5321, 4.5.3.1.1)."""

MAX_ADDRESS = 254

_ALIKE = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE")
"""Scripts whose letters look like one another's: no name of a domain has letters of two of them."""


def canonical_address(text: str) -> str:
    """Return a mail address as it is kept: in lower case, the domain as its A-labels (IDNA 2008 after UTS 46).

    ``u@bücher.example`` and ``U@XN--BCHER-KVA.example`` are one.

    Raises:
        ValueError: it is no address, or none that mail can be sent to.
    """
    from email_validator import EmailNotValidError, validate_email

    trimmed = unicodedata.normalize("NFC", text.strip())
    local, _, domain = trimmed.rpartition("@")
    if local and not local.isascii():
        raise ValueError("only letters without accents, digits and signs are possible before the @")
    if len(local) > MAX_LOCAL:
        raise ValueError(f"at most {MAX_LOCAL} characters are possible before the @")
    try:
        found = validate_email(trimmed, check_deliverability=False, allow_smtputf8=True)
    except EmailNotValidError:
        raise ValueError("an e-mail address such as ada@example.com is needed, without a name around it") from None
    if any(_mixed(label) for label in found.domain.split(".")):
        raise ValueError(f"{domain} mixes letters of several scripts; is it copied from somewhere?")
    address = f"{found.ascii_local_part}@{found.ascii_domain}".lower()
    if len(address) > MAX_ADDRESS:
        raise ValueError(f"at most {MAX_ADDRESS} characters are possible")
    return address


def _mixed(label: str) -> bool:
    names = (unicodedata.name(character, "") for character in label)
    return len({script for name in names for script in _ALIKE if name.startswith(script)}) > 1


MailAddress = Annotated[
    str,
    AfterValidator(canonical_address),
    Field(max_length=MAX_ADDRESS, json_schema_extra={"format": "email"}, examples=["ada@wellspring.example"]),
]
"""A mail address in a request, in the one form."""
