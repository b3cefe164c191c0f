"""The one DynamoDB client. Everything that talks to DynamoDB goes through ``dynamodb()``."""

from functools import cache
from typing import Any

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
