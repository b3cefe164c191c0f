"""Templates on the wire; the same model is what the catalogue and the table keep."""

from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, Field, StrictBool, StrictInt, StringConstraints, model_validator

from shared.kernel.categories import Channel
from shared.kernel.text import speech
from shared.kernel.text.reading import Line, Text
from shared.kernel.wire import Instant, Wire
from shared.messaging.templates.segments import HARD_LIMIT

_KEY = r"^[a-z0-9]+([.-][a-z0-9]+)*$"

TemplateKey = Annotated[str, StringConstraints(pattern=_KEY, max_length=60), Field(examples=["escalation.day-1"])]
TemplatePath = Annotated[str, Path(pattern=_KEY, max_length=60, examples=["escalation.day-1"])]
VersionPath = Annotated[int, Path(ge=1, le=999_999)]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$"), Field(examples=["en-GB"])]
SpokenLocale = Annotated[
    str,
    StringConstraints(pattern=rf"^({'|'.join(sorted(speech.languages()))})(-[A-Z]{{2}})?$"),
    Field(description="A language that is offered, and perhaps a country.", examples=["es"]),
]
"""Of a reader: only what is whole in every message and on every page is offered."""
VariableName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Field(examples=["partner_name"])]
Source = Annotated[Text, Field(min_length=1, max_length=1600, examples=["Hi {{ partner_name }}, this is {{ brand }}."])]
LongSource = Annotated[Text, Field(min_length=1, max_length=8000, examples=["{{ text }}\n\n{{ link }}"])]


_EXAMPLE: dict[str, Any] = {
    "subject": "{{ partner_name }} supports you",
    "text": "{{ partner_name }} has agreed to be part of your support team.",
    "variables": ["partner_name"],
}


class Wording(Wire):
    """The words of a template in one language.

    ``text`` are the words themselves. ``sms`` and ``mail`` are the form for texts (also on WhatsApp) and for mails,
    with ``{{ text }}`` where the words go; ``plain`` are the words in the GSM-7 alphabet, taken for text messages where
    ``preferPlain`` says so or the others need more than ``maxSegments``; ``spoken`` is for calls.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    subject: Annotated[Line, Field(min_length=1, max_length=150, examples=["About {{ user_name }}"])]
    text: Source
    plain: Source | None = None
    sms: Source | None = None
    mail: LongSource | None = None
    spoken: Source | None = None
    button: Annotated[
        Line | None,
        Field(
            min_length=1,
            max_length=80,
            description="What the button of a mail says, to which a paragraph that is nothing but a link becomes.",
            examples=["Answer {{ user_name }}"],
        ),
    ] = None
    variables: Annotated[list[VariableName], Field(default_factory=list, max_length=20)]
    optional: Annotated[list[VariableName], Field(default_factory=list, max_length=20)]
    prefer_plain: StrictBool = False
    answer: Annotated[
        StrictBool, Field(description="It answers what somebody wrote to us, and needs no opt-out words.")
    ] = False
    max_segments: Annotated[StrictInt, Field(ge=1, le=HARD_LIMIT)] = 6
    aim_segments: Annotated[
        StrictInt | None,
        Field(ge=1, le=HARD_LIMIT, description="Names and notes are cut to it where that is enough.", examples=[2]),
    ] = None
    content_sid: Annotated[
        str | None,
        Field(
            pattern=r"^HX[0-9a-f]{32}$",
            description="Approved WhatsApp template (X-A-28).",
            examples=["HX" + "0" * 32],
        ),
    ] = None
    content_variables: Annotated[
        list[VariableName],
        Field(default_factory=list, max_length=20, description="Its variables, in the order of their numbers."),
    ]


class NewVersion(Wire):
    """A new version of a template, to be approved."""

    key: TemplateKey
    locale: Locale = "en"
    wording: Wording


class VersionView(Wire):
    """One version of a template."""

    key: str = Field(examples=["escalation.day-1"])
    locale: str = Field(examples=["en"])
    version: int = Field(examples=[2])
    status: Literal["DRAFT", "APPROVED"] = Field(examples=["APPROVED"])
    active: bool = Field(description="Messages are written with it.")
    wording: Wording
    author_id: str | None = Field(
        description="``null`` for the versions that come with the system.",
        examples=["usr_01k0000000000000000000000a"],
    )
    created_at: Instant | None
    approved_by: str | None = Field(examples=["usr_01k0000000000000000000000c"])
    approved_at: Instant | None = Field(examples=["2026-03-01T10:00:00.000Z"])


class TemplateView(Wire):
    """What messages are written with at present."""

    key: str = Field(examples=["escalation.day-1"])
    locale: str = Field(examples=["en"])
    version: int = Field(examples=[1])
    wording: Wording


class PreviewRequest(Wire):
    """Words to try: those of a template, or others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"template": "partner.accepted", "channel": "SMS", "variables": {"partner_name": "Max"}},
            ]
        }
    )

    template: TemplateKey | None = None
    wording: Wording | None = None
    locale: Locale = "en"
    channel: Channel
    variables: Annotated[
        dict[VariableName, Annotated[Text, Field(max_length=500)]], Field(default_factory=dict, max_length=20)
    ]
    first_text: StrictBool = False

    @model_validator(mode="after")
    def _one(self) -> "PreviewRequest":
        if (self.template is None) == (self.wording is None):
            raise ValueError("either a template or a wording is needed")
        return self


class TemplatePreview(Wire):
    """What would be sent."""

    text: str = Field(examples=["Hi Max, this is Dataday."])
    subject: str = Field(examples=["About Ada"])
    segments: int = Field(ge=0, examples=[1])
    encoding: Literal["GSM-7", "UCS-2"] | None = Field(description="Of a text message.")
    version: int | None = Field(examples=[1])
    problems: list[str] = Field(description="Why it would not be sent; empty where it would.", examples=[[]])
