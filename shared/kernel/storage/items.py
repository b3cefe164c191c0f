"""Items: PynamoDB models as typed mappers between Python values and DynamoDB attributes.

They only map and build expressions. Reading and writing goes through ``shared.kernel.storage.reads`` and
``writes``: PynamoDB's own connection would make a client per model and reorder transactions.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import NUMBER
from pynamodb.models import Model

from shared.kernel.clock import from_ms, to_ms
from shared.kernel.config import settings
from shared.kernel.money import Credits, Minor


class IntegerAttribute(Attribute[int]):
    """An exact integer. PynamoDB's own number attribute goes through JSON and may make floats."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """Return the digits.

        Raises:
            TypeError: the value is not an ``int``.
        """
        if not isinstance(value, int) or isinstance(value, bool):
            raise TypeError(f"an integer is needed, not {type(value).__name__}")
        return str(value)

    def deserialize(self, value: str) -> int:
        """Read the digits."""
        return int(value)


if TYPE_CHECKING:

    class CreditsAttribute(Attribute[Credits]):
        """An amount of milli-credits."""

    class MinorAttribute(Attribute[Minor]):
        """An amount of money in minor units."""

else:
    CreditsAttribute = MinorAttribute = IntegerAttribute


class InstantAttribute(Attribute[datetime]):
    """An instant, stored as integer milliseconds since the epoch."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        """Return the milliseconds as digits."""
        return str(to_ms(value))

    def deserialize(self, value: str) -> datetime:
        """Read the milliseconds."""
        return from_ms(int(value))


class ExpiryAttribute(Attribute[datetime]):
    """DynamoDB's TTL: whole seconds since the epoch. Deletion may lag by days: readers compare it themselves."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        """Return the seconds as digits."""
        return str(to_ms(value) // 1000)

    def deserialize(self, value: str) -> datetime:
        """Read the seconds."""
        return from_ms(int(value) * 1000)


class Item(Model):
    """Base of every stored item. ``domain`` names the table; ``pk`` and ``sk`` are its keys."""

    domain: ClassVar[str]

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)

    @classmethod
    def table(cls) -> str:
        """Return the name of the table the item is in."""
        return settings().table(cls.domain)

    @classmethod
    def key(cls, pk: str, sk: str) -> dict[str, dict[str, str]]:
        """Return a key as DynamoDB wants it."""
        return {"pk": {"S": pk}, "sk": {"S": sk}}

    @classmethod
    def load(cls, attributes: dict[str, Any]) -> Any:
        """Return the item that DynamoDB's attributes describe; attributes the class does not know are left out."""
        known = cls.get_attributes()
        item = cls()
        item.deserialize({name: value for name, value in attributes.items() if name in known})
        return item

    def dump(self) -> dict[str, Any]:
        """Return the item as DynamoDB's attributes.

        Raises:
            ValueError: a required attribute is missing.
        """
        return dict(self.serialize())
