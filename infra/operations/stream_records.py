"""Records of a table's stream, read again for a function that gave up on them.

What a stream's dead-letter queue holds is not the records but where they lie; the stream keeps them for 24 hours.
"""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.kernel.declare import OnStream
from shared.kernel.storage.client import aws_client


class RecordsGone(LookupError):
    """The stream no longer holds the records."""


def records_at(position: Mapping[str, Any], trigger: OnStream) -> list[dict[str, Any]]:
    """Return the records of a failed batch as Lambda delivered them.

    Args:
        position: the message's ``DDBStreamBatchInfo``.
        trigger: of the function; records between that it does not ask for are left out.

    Raises:
        RecordsGone: they are older than 24 hours.
    """
    arn = position["streamArn"]
    found = [_delivered(record, arn) for record in _read(position)]
    return [record for record in found if any(matches(pattern, record) for pattern in trigger.filters)]


def _read(position: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    from botocore.exceptions import ClientError

    streams = aws_client("dynamodbstreams")
    first, last = position["startSequenceNumber"], position["endSequenceNumber"]
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=position["streamArn"],
            ShardId=position["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=first,
        ).get("ShardIterator")
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                yield record
                if record["dynamodb"]["SequenceNumber"] == last:
                    return
            iterator = page.get("NextShardIterator")
    except ClientError as refused:
        if refused.response["Error"]["Code"] in {"TrimmedDataAccessException", "ResourceNotFoundException"}:
            raise RecordsGone(f"{first} is no longer in the stream") from refused
        raise


def _delivered(record: dict[str, Any], arn: str) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(record)
    return plain | {"eventSourceARN": arn}


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case list():
            return [_plain(part) for part in value]
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return int(value.timestamp())
    return value


def matches(pattern: Any, value: Any) -> bool:
    """Tell whether a record fits an event-source filter: nested names, and for each a list of which one must hold.

    Raises:
        ValueError: the filter uses a comparison that no function of ours does.
    """
    if isinstance(pattern, dict):
        return all(
            matches(part, value.get(name) if isinstance(value, dict) else None) for name, part in pattern.items()
        )
    return any(_holds(wanted, value) for wanted in pattern)


def _holds(wanted: Any, value: Any) -> bool:
    match wanted:
        case {"prefix": prefix}:
            return isinstance(value, str) and value.startswith(prefix)
        case {"exists": exists}:
            return (value is not None) == exists
        case dict():
            raise ValueError(f"a filter this command does not know: {wanted}")
    return bool(wanted == value)
