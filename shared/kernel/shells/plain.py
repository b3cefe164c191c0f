"""Shells of triggers that carry nothing to translate: schedules and the authorizer."""

from typing import Any

from shared.kernel.declare import Function
from shared.kernel.shells.inject import injected
from shared.kernel.telemetry import begin, flush, logger


class ScheduleShell:
    """Runs a recurring job. What it raises reaches Lambda's retries and then the dead-letter queue."""

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)

    def __call__(self, event: dict[str, Any], context: Any) -> None:  # noqa: ARG002 - Lambda's signature
        """Run once."""
        begin(context.aws_request_id)
        try:
            self._handler()
        finally:
            flush()


class AuthorizerShell:
    """Answers the gateway in its simple format: the handler gets the bearer token and returns the context."""

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002 - Lambda's signature
        """Return the caller's context.

        What fails is raised, never answered: the gateway keeps an answer for a minute, and an error not at all.
        """
        begin(event["requestContext"]["requestId"])
        scheme, _, token = event["headers"].get("authorization", "").partition(" ")
        found = self._handler(token if scheme.lower() == "bearer" else "")
        logger().debug("authorized", refused=found.get("refused"))
        return {"isAuthorized": True, "context": found}
