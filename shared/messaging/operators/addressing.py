"""Naming an address, on the wire. Apart from the rest, because checking a mail address needs a library of its own."""

from typing import Self

from pydantic import ConfigDict, Field, model_validator

from shared.kernel.text.addresses import MailAddress
from shared.kernel.wire import Wire
from shared.messaging.operators.operator_schemas import Note


class NewSuppression(Wire):
    """Somebody told a member of staff, by call or mail, that they want no messages (X-A-06): phone or e-mail."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "+12125550123", "note": "Called on 3 May: wants no more messages."}]}
    )

    phone: str | None = Field(default=None, min_length=4, max_length=32)
    email: MailAddress | None = None
    category: str | None = Field(default=None, max_length=32, description="Only this category; everything if not told.")
    note: Note

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.phone is None) == (self.email is None):
            raise ValueError("one of phone and email is needed")
        return self
