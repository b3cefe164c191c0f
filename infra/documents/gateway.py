"""What API Gateway answers of itself, before any function is asked; its body is its own and cannot be changed."""

from http import HTTPStatus

from infra.documents.samples import REFERENCE, Schema
from shared.kernel.declare import PUBLIC, Http

GATEWAY_ANSWER = "GatewayRefusal"
GATEWAY_SCHEMA: Schema = {
    "title": GATEWAY_ANSWER,
    "description": "The gateway refused before any function was asked.",
    "type": "object",
    "properties": {"message": {"type": "string", "title": "Message", "examples": ["Unauthorized"]}},
    "required": ["message"],
    "additionalProperties": False,
}
GATEWAY_CHOICE: Schema = {"$ref": REFERENCE + GATEWAY_ANSWER}

_SAID = {
    HTTPStatus.UNAUTHORIZED: "Unauthorized",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Request Entity Too Large",
    HTTPStatus.TOO_MANY_REQUESTS: "Too Many Requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Internal Server Error",
    HTTPStatus.SERVICE_UNAVAILABLE: "Service Unavailable",
}
"""Its words by status: no ``Authorization`` header, over 10 MB, its own throttle, an authorizer that failed, a function
that did not answer."""

GATEWAY_EXAMPLES: Schema = {
    f"Gateway{status.value}": {"summary": "The gateway's own", "value": {"message": said}}
    for status, said in _SAID.items()
}


def gateway_answers(route: Http, *, body: bool) -> dict[int, Schema]:
    """Return the examples of what the gateway may answer for an endpoint, by status."""
    own = {HTTPStatus.UNAUTHORIZED: route.allow != PUBLIC, HTTPStatus.REQUEST_ENTITY_TOO_LARGE: body}
    return {
        status.value: {f"Gateway{status.value}": {"$ref": f"#/components/examples/Gateway{status.value}"}}
        for status in _SAID
        if own.get(status, True)
    }
