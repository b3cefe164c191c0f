"""Moving the time of the local stack without the leap being taken for an outage of ours."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3

from infra.local.clock import LocalClock
from shared.kernel.clock import to_ms
from shared.kernel.domains import domains, named
from shared.kernel.names import table_name


def travel(stack: Mapping[str, Any], instant: datetime) -> None:
    """Move the stack's clock on to an instant.

    A sweep that finds a gap since the one before counts it as an outage and excuses the days in it. So the mark that
    the sweeps keep goes ahead first.

    Raises:
        ValueError: the instant is past, or has no zone.
    """
    clock = LocalClock(Path(stack["clock"]))
    if instant > clock.now():
        dynamodb = boto3.client(
            "dynamodb",
            region_name=stack["region"],
            endpoint_url=stack["awsEndpoint"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        for mark in (named(reference) for domain in domains() for reference in domain.clock_marks):
            item = {"pk": {"S": mark.PK}, "sk": {"S": mark.SK}, "at": {"N": str(to_ms(instant))}}
            dynamodb.put_item(TableName=table_name(stack["stage"], mark.domain), Item=item)
    clock.move_to(instant)
