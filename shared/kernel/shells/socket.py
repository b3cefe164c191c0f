"""The shell of WebSocket routes: a command in, frames out to the same connection.

Frames are posted to the connection rather than returned, because a gateway hands a returned body on only where a
route response is set up for it, and can carry one frame at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.kernel.declare import Function
from shared.kernel.errors import (
    AccountSuspended,
    DomainError,
    Forbidden,
    InternalError,
    PayloadTooLarge,
    Unauthorized,
    ValidationFailed,
)
from shared.kernel.realtime.schemas import Refused
from shared.kernel.realtime.sending import hang_up, send
from shared.kernel.shells.bodies import read_json
from shared.kernel.shells.inject import injected
from shared.kernel.shells.sentences import example_at, sentence
from shared.kernel.telemetry import begin, flush, logger
from shared.kernel.wire import ErrorBody, ErrorDetail, Wire

MAX_FRAME = 32 * 1024
"""Bytes of one frame that the gateway accepts (X-L-18)."""

MAX_REF = 64

FINAL = (AccountSuspended, Forbidden, Unauthorized)
"""Refusals of whoever holds the connection, not of what they asked for: it is closed."""

T = TypeVar("T", bound=BaseModel)

Frames = Sequence[Wire | str] | None
"""What a handler sends back, in order: models, or frames that are text already."""


@dataclass(frozen=True, slots=True)
class SocketMessage:
    """What a connection sent.

    Attributes:
        connection_id: whose connection.
        query: query parameters of ``$connect``, else empty.
        body: the JSON object sent, else empty.
    """

    connection_id: str
    query: dict[str, str]
    body: dict[str, Any]

    def parse(self, model: type[T]) -> T:
        """Return the body as a command.

        Raises:
            ValidationFailed: it is not one.
        """
        try:
            return model.model_validate(self.body)
        except ValidationError as invalid:
            details = [
                (".".join(map(str, error["loc"])), sentence(error, example_at(model, error["loc"])))
                for error in invalid.errors()
            ]
        raise ValidationFailed(details=details)


class SocketShell:
    """Runs one route. A refusal answers ``$connect`` with its status, and other routes with an ``error`` frame.

    Whoever may hold the connection no longer is told so and loses it.
    """

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002 - Lambda's signature
        """Handle one message; never raises."""
        at = event["requestContext"]
        begin(at["requestId"])
        try:
            frames: Frames = self._handler(_message(event))
        except DomainError as refusal:
            return _refuse(event, refusal)
        except Exception:  # noqa: BLE001 - the boundary: whatever is wrong, the client gets the one error shape
            logger().exception("socket_failed", route=at["routeKey"])
            return _refuse(event, InternalError())
        else:
            for frame in frames or ():
                _post(event, frame)
            return {"statusCode": 200}
        finally:
            flush()


def _post(event: dict[str, Any], frame: Wire | str) -> None:
    text = frame if isinstance(frame, str) else frame.model_dump_json(by_alias=True)
    send(event["requestContext"]["connectionId"], text)


def _refuse(event: dict[str, Any], refusal: DomainError) -> dict[str, Any]:
    at = event["requestContext"]
    logger().info("socket_refused", code=refusal.code, route=at["routeKey"])
    if at["eventType"] != "MESSAGE":
        return {"statusCode": refusal.status}
    details = [ErrorDetail(field=field, message=text) for field, text in refusal.details]
    error = ErrorBody(code=refusal.code, message=str(refusal), details=details, request_id=at["requestId"])
    _post(event, Refused(error=error, ref=_ref(event)))
    if isinstance(refusal, FINAL):
        hang_up(at["connectionId"])
    return {"statusCode": 200}


def _ref(event: dict[str, Any]) -> str | None:
    try:
        ref = _body(event).get("ref")
    except DomainError:
        return None
    return ref if isinstance(ref, str) and len(ref) <= MAX_REF else None


def _message(event: dict[str, Any]) -> SocketMessage:
    query = event.get("queryStringParameters") or {}
    return SocketMessage(event["requestContext"]["connectionId"], query, _body(event))


def _body(event: dict[str, Any]) -> dict[str, Any]:
    text = event.get("body") or "{}"
    if len(text.encode(errors="surrogatepass")) > MAX_FRAME:
        raise PayloadTooLarge
    body = read_json(text)
    if not isinstance(body, dict):
        raise ValidationFailed("Send a JSON object.")
    return body
