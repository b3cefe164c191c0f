"""The one door to DynamoDB: everything goes through ``send()``, and errors come back as our own.

Behind it stands a client (``call``); what stands there may be exchanged, and tests meet calls with faults there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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


Attributes = dict[str, Any]

CONDITION_FAILED = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"


@dataclass(frozen=True, slots=True)
class Reason:
    """What became of one write of a transaction that was cancelled.

    Attributes:
        code: ``"None"``, DynamoDB's word, where nothing stood in its way.
        item: the item as it stands, where its condition failed.
    """

    code: str
    item: Attributes | None = None


class Refused(Exception):
    """DynamoDB answered, and would not.

    Attributes:
        code: why, e.g. ``ConditionalCheckFailedException``.
        item: the item as it stands, where one condition failed.
        reasons: of a transaction, one for each write in their order.
    """

    def __init__(
        self, code: str, message: str = "", *, item: Attributes | None = None, reasons: Sequence[Reason] = ()
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.item = item
        self.reasons = reasons


def send(operation: str, **request: Any) -> Attributes:
    """Call DynamoDB, e.g. ``send("get_item", TableName=…)``.

    Raises:
        Unavailable: no answer in time, or throttled for too long; a write may or may not have taken effect.
        Refused: DynamoDB would not, for another reason.
    """
    return call(operation, request)


def call(operation: str, request: Attributes) -> Attributes:
    """Do what ``send`` does, by botocore's client."""
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnection

    try:
        reply: Attributes = getattr(dynamodb(), operation)(**request)
    except (HTTPClientError, NoConnection) as silence:
        raise Unavailable from silence
    except ClientError as failure:
        raise _of(failure.response) from failure
    return reply


def _of(response: Attributes) -> Refused | Unavailable:
    """Return what a refusal of DynamoDB's is to us."""
    code = response["Error"]["Code"]
    if code in BUSY:
        return Unavailable()
    reasons = [Reason(one["Code"], one.get("Item") or None) for one in response.get("CancellationReasons", ())]
    return Refused(code, response["Error"].get("Message", ""), item=response.get("Item") or None, reasons=reasons)
