"""The audit trail on the wire."""

from typing import Any, Literal

from pydantic import Field

from shared.kernel.wire import Instant, Wire


class SettingChange(Wire):
    """A change of a goal, a partner or a user's settings: what differs, as it was and as it became, and who did it.

    ``changedBy`` is a user, a partner, or ``system`` for what ends by itself. Numbers and addresses are not kept: of a
    phone it says ``given`` or ``null``.
    """

    kind: Literal["GOAL", "PARTNER", "PROFILE"] = Field(examples=["GOAL"])
    subject_id: str = Field(examples=["gol_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    before: dict[str, Any] = Field(examples=[{"title": "Run"}])
    after: dict[str, Any] = Field(examples=[{"title": "Run 5 km"}])
    changed_at: Instant
    changed_by: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
