"""Declarations: each function says once, in its own file, all that the system needs to know of it.

From a declaration come the route, integration, authorizer, role, environment, log group and alarms (infra), the
OpenAPI operation, the authorization matrix and the endpoint table. Declaring has no effects: no client, no network,
no environment read; the runtime behind a trigger is imported when the function is first prepared.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeVar

from shared.kernel.access import Access
from shared.kernel.errors import DomainError

if TYPE_CHECKING:
    from shared.kernel.events import DomainEvent

P = ParamSpec("P")
R = TypeVar("R")

PUBLIC = "public"
"""``allow`` of a function that anyone may call."""

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Api = Literal["public", "admin", "meter"]
"""Ticks have an API of their own: its throttle is not shared with what anybody may call, and nothing logs each tick."""


@dataclass(frozen=True, slots=True)
class Http:
    """An endpoint of one of the HTTP APIs.

    Attributes:
        allow: a permission (``<domain>:<verb>``) or ``PUBLIC``.
        unconfirmed: callers whose e-mail address is not confirmed may call it too.
        idempotent: honour ``Idempotency-Key``.
        versioned: honour ``If-Match``; the admin API demands it.
        rate: name of the rate class in ``shared.kernel.rates``, or ``None`` where the operation limits itself
            and only the gateway's own throttle applies.
        raw: media types of an answer that is no enveloped JSON document (a page, a key set); empty where it is one.
        cache: ``Cache-Control`` of the answer.
        form: the body is what an HTML form sends, not JSON; the handler's fields are Powertools' ``Form``.
    """

    method: Method
    path: str
    allow: str
    api: Api = "public"
    status: int = 200
    unconfirmed: bool = False
    idempotent: bool = False
    versioned: bool = False
    rate: str | None = None
    raw: tuple[str, ...] = ()
    cache: str = "no-store"
    form: bool = False


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A public URL that a provider posts to; the handler verifies the provider's signature over the raw bytes.

    ``topic`` is ``mail`` where the provider posts what SNS publishes of our mails.
    """

    provider: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Authorizer:
    """The authorizer of the HTTP APIs."""


@dataclass(frozen=True, slots=True)
class Socket:
    """A route of the WebSocket API, e.g. ``$connect`` or ``subscribe``."""

    route: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A recurring run, e.g. ``rate(1 minute)``. It may fire twice, late or not at all."""

    expression: str


@dataclass(frozen=True, slots=True)
class OnEvent:
    """Domain events from the bus, through a queue with a dead-letter queue; any order, at least once."""

    events: tuple["type[DomainEvent]", ...]


@dataclass(frozen=True, slots=True)
class OnStream:
    """Records of tables' streams. ``filters`` are event-source filter patterns (any may match).

    Attributes:
        domains: whose tables; empty means every table.
        batch_size: records per call at most.
        window: seconds to gather a batch.
    """

    domains: tuple[str, ...]
    filters: tuple[dict[str, Any], ...]
    batch_size: int = 100
    window: int = 0


@dataclass(frozen=True, slots=True)
class OnDue:
    """Items of one kind whose ``due_at`` has come, through a queue with a dead-letter queue."""

    kind: str


Trigger = Http | FunctionUrl | Authorizer | Socket | Schedule | OnEvent | OnStream | OnDue


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything that is known of a function before it runs.

    Attributes:
        module: its file as a module, ``functions.<domain>.<verb_noun>``.
        trigger: what calls it.
        touches: its access profiles.
        errors: the domain errors it may answer, besides those of the shell.
        secrets: short names of the secrets it may read.
        layers: third-party families besides ``core``.
        timeout: seconds.
        memory: MB.
        settings: names of deployment-wide settings (environment variables) it reads besides the stage.
        callbacks: providers whose function URL, of its own stack, it tells (``shared.kernel.config.callback_url``).
        alarms: metrics of its own that a person must hear of as soon as they count one.
    """

    module: str
    trigger: Trigger
    touches: tuple[Access, ...] = ()
    errors: tuple[type[DomainError], ...] = ()
    secrets: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    timeout: int = 10
    memory: int = 512
    settings: tuple[str, ...] = ()
    callbacks: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()

    @property
    def domain(self) -> str:
        """The domain: the folder that the function is in."""
        return self.module.split(".")[1]

    @property
    def name(self) -> str:
        """The function's short name, e.g. ``live-record-tick``; unique in the system."""
        return f"{self.domain}-{self.module.split('.')[2]}".replace("_", "-")


@dataclass(frozen=True, slots=True, eq=False)
class Function(Generic[P, R]):
    """A declared handler; ``shells.prepare`` makes what Lambda calls of it."""

    declaration: Declaration
    handler: Callable[P, R]

    @property
    def summary(self) -> str:
        """First line of the handler's docstring."""
        return (inspect.getdoc(self.handler) or "").partition("\n")[0]


Declared = Callable[[Callable[P, R]], Function[P, R]]


def declare(trigger: Trigger, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a handler for any trigger; options are the other fields of ``Declaration``."""

    def wrap(handler: Callable[P, R]) -> Function[P, R]:
        frozen = {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}
        return Function(Declaration(module=handler.__module__, trigger=trigger, **frozen), handler)  # type: ignore[arg-type]

    return wrap


_HTTP_FIELDS = frozenset(Http.__dataclass_fields__)


def _http(method: Method, path: str, options: dict[str, Any]) -> Callable[[Callable[P, R]], Function[P, R]]:
    route = {name: options.pop(name) for name in list(options) if name in _HTTP_FIELDS}
    return declare(Http(method, path, **route), **options)


def get(path: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a GET endpoint; options are the fields of ``Http`` and ``Declaration``."""
    return _http("GET", path, options)


def post(path: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a POST endpoint; options are the fields of ``Http`` and ``Declaration``."""
    return _http("POST", path, options)


def put(path: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a PUT endpoint; options are the fields of ``Http`` and ``Declaration``."""
    return _http("PUT", path, options)


def patch(path: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a PATCH endpoint; options are the fields of ``Http`` and ``Declaration``."""
    return _http("PATCH", path, options)


def delete(path: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a DELETE endpoint; options are the fields of ``Http`` and ``Declaration``."""
    return _http("DELETE", path, options)


def webhook(provider: str, *, topic: str = "", **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a function URL that a provider posts to."""
    return declare(FunctionUrl(provider, topic), **options)


def authorizer(**options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare the authorizer of the HTTP APIs."""
    return declare(Authorizer(), **options)


def socket(route: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a WebSocket route."""
    return declare(Socket(route), **options)


def schedule(expression: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a recurring run."""
    return declare(Schedule(expression), **options)


def on_event(*events: "type[DomainEvent]", **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a consumer of domain events."""
    return declare(OnEvent(events), **options)


def on_stream(
    *domains: str, filters: list[dict[str, Any]], batch_size: int = 100, window: int = 0, **options: Any
) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare a reader of tables' streams."""
    return declare(OnStream(domains, tuple(filters), batch_size, window), **options)


def on_due(kind: str, **options: Any) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Declare the worker of one kind of due items."""
    return declare(OnDue(kind), **options)
