"""Amounts: credits and money are different types and both are integers (D-22, D-39, X-W-21).

Credits are kept as milli-credits and written as decimal strings on the wire; money is minor units with its currency.
The type checker tells the two apart and refuses to add one to the other or to a bare number; when the program runs,
both are plain integers and cost nothing.
"""

import re
from typing import TYPE_CHECKING, Annotated, Literal, Never, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

if TYPE_CHECKING:

    class _Amount(int):
        """Adds up with its own kind only; a number may multiply it. What divides it says itself what comes of it."""

        def __add__(self, other: Self, /) -> Self: ...  # type: ignore[override]
        def __radd__(self, other: Never, /) -> Self: ...  # type: ignore[override]
        def __sub__(self, other: Self, /) -> Self: ...  # type: ignore[override]
        def __rsub__(self, other: Never, /) -> Self: ...  # type: ignore[override]
        def __mul__(self, other: int, /) -> Self: ...
        def __rmul__(self, other: int, /) -> Self: ...
        def __neg__(self) -> Self: ...
        def __lt__(self, other: Self | Literal[0], /) -> bool: ...  # type: ignore[override]
        def __le__(self, other: Self | Literal[0], /) -> bool: ...  # type: ignore[override]
        def __gt__(self, other: Self | Literal[0], /) -> bool: ...  # type: ignore[override]
        def __ge__(self, other: Self | Literal[0], /) -> bool: ...  # type: ignore[override]

    class Credits(_Amount):
        """Milli-credits."""

    class Minor(_Amount):
        """Minor units of some currency; which one stands beside it."""

else:
    Credits = Minor = int

PER_CREDIT = 1000

NOTHING = Credits(0)

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")


def credits_of(whole: int) -> Credits:
    """Return whole credits as milli-credits."""
    return Credits(whole * PER_CREDIT)


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


def credits_from(text: object) -> Credits:
    """Read an amount of credits as ``from_decimal`` does."""
    return Credits(from_decimal(text))


CreditAmount = Annotated[
    Credits,
    PlainSerializer(to_decimal, return_type=str, when_used="json"),
    Field(json_schema_extra={"type": "string", "format": "credits"}, examples=["12.5"]),
]
"""Milli-credits in code, a decimal string in JSON: for answers."""

DecimalText = Annotated[str, Field(pattern=rf"^{_DECIMAL.pattern}$", examples=["12.5"])]
"""What ``from_decimal`` reads, for schemas."""

CreditText = Annotated[DecimalText, Field(json_schema_extra={"format": "credits"})]
"""What ``credits_from`` reads, for schemas."""

CreditInput = Annotated[Credits, BeforeValidator(credits_from, json_schema_input_type=CreditText)]
"""A decimal string in JSON, milli-credits in code: for requests."""

MinorAmount = Annotated[Minor, Field(json_schema_extra={"format": "minor-units"}, examples=[999])]
"""Money on the wire: an integer of minor units; its currency is a field beside it."""


class Money(BaseModel):
    """An amount of money in minor units of its currency (ISO 4217)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: MinorAmount = Field(ge=0, examples=[999])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["USD"])
