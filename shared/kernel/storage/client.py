"""The one DynamoDB client. Everything that talks to DynamoDB goes through ``dynamodb()`` or ``send()``."""

from functools import cache
from typing import Any

from shared.kernel.errors import Unavailable

CONNECT_SECONDS = 1
READ_SECONDS = 3
ATTEMPTS = 3


@cache
def aws_session() -> Any:
    """Return the one botocore session of this process."""
    import botocore.session

    return botocore.session.get_session()


def aws_client(service: str, **options: Any) -> Any:
    """Make a client with the timeouts and retries that every call of this system has."""
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=options.pop("read_timeout", READ_SECONDS),
        retries={"mode": "standard", "total_max_attempts": options.pop("attempts", ATTEMPTS)},
        **options.pop("config", {}),
    )
    return aws_session().create_client(service, config=config, **options)


@cache
def dynamodb() -> Any:
    """Return the shared DynamoDB client."""
    return aws_client("dynamodb")


BUSY = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "TransactionInProgressException",
        "InternalServerError",
        "ServiceUnavailable",
    }
)
"""Codes of errors that pass."""


def send(operation: str, **request: Any) -> dict[str, Any]:
    """Call DynamoDB, e.g. ``send("get_item", TableName=…)``.

    Raises:
        Unavailable: no answer in time, or throttled for too long; a write may or may not have taken effect.
        ClientError: DynamoDB refused for another reason.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnection

    try:
        reply: dict[str, Any] = getattr(dynamodb(), operation)(**request)
    except (HTTPClientError, NoConnection) as silence:
        raise Unavailable from silence
    except ClientError as refused:
        if refused.response["Error"]["Code"] in BUSY:
            raise Unavailable from refused
        raise
    return reply
