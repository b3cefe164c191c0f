"""Amounts: credits and money are different types and both are integers (D-22, D-39, X-W-21).

Credits are kept as milli-credits and written as decimal strings on the wire; money is minor units with its currency.
"""

import re
from typing import Annotated, NewType

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

MilliCredits = NewType("MilliCredits", int)

PER_CREDIT = 1000

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")


def credits_of(whole: int) -> MilliCredits:
    """Return whole credits as milli-credits."""
    return MilliCredits(whole * PER_CREDIT)


def to_decimal(amount: int) -> str:
    """Return milli-credits as a decimal string without needless zeros: 1500 → ``1.5``."""
    sign, (whole, milli) = "-" if amount < 0 else "", divmod(abs(amount), PER_CREDIT)
    return f"{sign}{whole}" + (f".{milli:03d}".rstrip("0") if milli else "")


def from_decimal(text: object) -> int:
    """Read a decimal string of credits with at most three places.

    Raises:
        ValueError: it is not such a string (a JSON number is refused: it may have been a float).
    """
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise ValueError("a decimal string with at most three places is needed, e.g. 12.5")
    whole, _, fraction = text.lstrip("-").partition(".")
    amount = int(whole) * PER_CREDIT + int(fraction.ljust(3, "0") or 0)
    return -amount if text.startswith("-") else amount


CreditAmount = Annotated[
    int,
    PlainSerializer(to_decimal, return_type=str, when_used="json"),
    Field(json_schema_extra={"type": "string", "format": "decimal", "examples": ["12.5"]}),
]
"""Milli-credits in code, a decimal string in JSON: for answers."""

DecimalText = Annotated[str, Field(pattern=rf"^{_DECIMAL.pattern}$", examples=["12.5"])]
"""What ``from_decimal`` reads, for schemas."""

CreditInput = Annotated[int, BeforeValidator(from_decimal, json_schema_input_type=DecimalText)]
"""A decimal string in JSON, milli-credits in code: for requests."""


class Money(BaseModel):
    """An amount of money in minor units of its currency (ISO 4217)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: int = Field(ge=0, examples=[999])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["USD"])
