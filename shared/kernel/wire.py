"""The one shape of requests and answers: camelCase JSON, closed schemas, ``data`` beside ``meta`` or ``pagination``."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

T = TypeVar("T")


class Wire(BaseModel):
    """Base of every request and answer: camelCase names, unknown fields refused (X-P-32).

    Validators are built at first use: a function imports more models than it uses, and each costs up to a millisecond.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        str_strip_whitespace=True,
        defer_build=True,
        hide_input_in_errors=True,
    )


class Change(Wire):
    """Base of what changes a thing: it names at least one field; what is left out stays.

    ``null`` takes away what the subclass names in ``MAY_BE_NULL``, and is refused of every other field.
    """

    MAY_BE_NULL: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*", mode="before")
    @classmethod
    def _not_null(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in cls.MAY_BE_NULL:
            raise ValueError("may not be null")
        return value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say what the validators hold to: one field at least, ``null`` only where it takes something away."""
        schema = handler.resolve_ref_schema(handler(core))
        schema["minProperties"] = 1
        kept = {(field.alias or name) for name, field in cls.model_fields.items() if name in cls.MAY_BE_NULL}
        for name, found in schema["properties"].items():
            found.pop("default", None)
            choices = [choice for choice in found.get("anyOf", ()) if choice != {"type": "null"}]
            if name not in kept and len(choices) == 1:
                del found["anyOf"]
                found.update(choices[0] | found)
            elif name not in kept and choices:
                found["anyOf"] = choices
        return schema

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("name at least one thing to change")
        return self


def _to_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[
    datetime,
    PlainSerializer(_to_text, return_type=str, when_used="json"),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-03-01T09:30:00.000Z"]),
]
"""An instant on the wire: ISO 8601 in UTC with ``Z``."""


def _require_text(given: object) -> object:
    """Refuse numbers, which would be read as seconds or milliseconds depending on their size."""
    if not isinstance(given, str) or ":" not in given:
        raise ValueError("an ISO 8601 time is needed, e.g. 2026-03-01T09:30:00Z")
    return given


def _require_zone(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a time needs its zone, e.g. 2026-03-01T09:30:00Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time in the years 1 to 9999 of UTC is needed") from None


InstantInput = Annotated[datetime, BeforeValidator(_require_text), AfterValidator(_require_zone)]
"""An instant in a request: ISO 8601 with a zone."""


class Enveloped(BaseModel, Generic[T]):
    """Every success: the result, and facts about it in ``meta``."""

    model_config = ConfigDict(extra="forbid")

    data: T
    meta: dict[str, Any] = Field(default_factory=dict)


class Pagination(Wire):
    """Where a list goes on. ``nextCursor`` is opaque and signed; ``null`` at the end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 20, "hasMore": False, "nextCursor": None}]})

    limit: int
    has_more: bool
    next_cursor: str | None


class Paged(BaseModel, Generic[T]):
    """Every list."""

    model_config = ConfigDict(extra="forbid")

    data: list[T]
    pagination: Pagination


class ErrorDetail(Wire):
    """What is wrong with one field."""

    field: str
    message: str


class ErrorBody(Wire):
    """A refusal: a stable code, a message for people, the fields concerned and the request's id."""

    code: str
    message: str
    details: list[ErrorDetail]
    request_id: str


class Problem(BaseModel):
    """Every error."""

    model_config = ConfigDict(extra="forbid")

    error: ErrorBody


class ProblemWith(BaseModel, Generic[T]):
    """An error that carries a result, such as the balance or what a replayed request was answered first."""

    model_config = ConfigDict(extra="forbid")

    error: ErrorBody
    data: T
    meta: dict[str, Any]


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


class Versioned(Wire):
    """A view of what can be changed: its version is its entity tag, which ``If-Match`` names (X-P-05)."""

    VERSION: ClassVar[str] = "version"

    def etag(self) -> str:
        """Return the entity tag."""
        return etag(getattr(self, self.VERSION))


class Page(Generic[T]):
    """What a handler of a list returns."""

    def __init__(self, items: Sequence[T], *, limit: int, next_cursor: str | None) -> None:
        self.items = items
        self.pagination = Pagination(limit=limit, has_more=next_cursor is not None, next_cursor=next_cursor)


class Reply(Generic[T]):
    """What a handler returns when the answer needs more than its data."""

    def __init__(
        self, data: T, *, meta: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.meta = dict(meta or {})
        self.headers = dict(headers or {})


class Raw:
    """What a handler of a ``raw`` endpoint returns: a body of its own media type, or a redirect."""

    def __init__(
        self, body: str, *, media_type: str, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.body = body
        self.media_type = media_type
        self.status = status
        self.headers = dict(headers or {})
