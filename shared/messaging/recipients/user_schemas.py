"""A user's preferences on the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, StringConstraints, model_validator

from shared.kernel.wire import Change, Versioned, Wire
from shared.kernel.zones import ZoneName
from shared.messaging.templates.schemas import SpokenLocale

Wall = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["22:00"])]
"""A time of the local day."""

Channels = Annotated[
    dict[str, dict[str, StrictBool]],
    Field(max_length=20, examples=[{"balance": {"IN_APP": True, "EMAIL": False}}]),
]


class QuietHours(Wire):
    """When nothing may wake the user, in their zone; over midnight where ``from`` is later than ``to`` (X-N-04)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"from": "22:00", "to": "07:00"}]})

    from_: Annotated[Wall, Field(alias="from")]
    to: Wall

    @model_validator(mode="after")
    def _some(self) -> "QuietHours":
        if self.from_ == self.to:
            raise ValueError("two different times are needed")
        return self


class Preferences(Versioned):
    """How a user wants to be told things. ``zone`` is the one they chose, else where they live, ``null`` if unknown."""

    zone: str | None = Field(examples=["America/New_York"])
    locale: str = Field(examples=["en"])
    quiet_hours: QuietHours | None
    channels: Channels
    version: int = Field(examples=[3])


class PreferencesChange(Change):
    """What to change; what is left out stays. ``quietHours`` of ``null`` ends them."""

    MAY_BE_NULL = frozenset({"zone", "quiet_hours"})

    zone: ZoneName | None = None
    locale: SpokenLocale = "en"
    quiet_hours: QuietHours | None = None
    channels: Channels = Field(default_factory=dict)
