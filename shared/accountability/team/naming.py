"""Naming somebody, on the wire. Apart from the rest, because checking a mail address needs a library of its own."""

from typing import Annotated

from pydantic import ConfigDict, Field, StrictBool, model_validator

from shared.accountability.goals.schemas import PhoneText
from shared.accountability.team.rules import ContactMethod, Privacy
from shared.accountability.team.schemas import Channels, GoalIds, Language, Name, Note, Relationship
from shared.kernel.text.addresses import MailAddress
from shared.kernel.wire import Wire
from shared.kernel.zones import ZoneName


class NewPartner(Wire):
    """Somebody to back the user. Nothing but one request for their consent goes out before they agree.

    Reached by ``channels`` in this order, or as ``preferredContactMethod`` says in the words of the specification;
    without either by text and voicemail, or by mail where there is no number. ``goals`` limits them to some goals.
    ``note`` is shown to them with the request and on their page.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Grace",
                    "relationship": "friend",
                    "phone": "+12125550123",
                    "preferredContactMethod": "text_voicemail",
                    "note": "You always get me going. Would you back me?",
                }
            ]
        }
    )

    name: Name
    relationship: Relationship
    phone: PhoneText | None = None
    email: Annotated[MailAddress, Field(examples=["grace@example.com"])] | None = None
    preferred_contact_method: ContactMethod | None = None
    channels: Channels | None = None
    language: Language = "en"
    zone: ZoneName | None = None
    milestones: StrictBool = True
    privacy: Privacy = Privacy.TITLE
    goals: GoalIds | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> "NewPartner":
        if self.channels is not None and self.preferred_contact_method is not None:
            raise ValueError("channels or preferredContactMethod, not both")
        return self
