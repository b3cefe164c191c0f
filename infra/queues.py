"""Queues: each with its dead-letter queue and alarms."""

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_sqs as sqs

from shared.kernel import names
from shared.kernel.declare import Declaration

if TYPE_CHECKING:
    from infra.platform import PlatformStack

RECEIVES = 5
"""Tries of a message before it is set aside."""

VISIBILITY = 6
"""Time-outs that a message stays hidden: Lambda's own advice, so that a slow batch is not delivered twice."""

KEPT = Duration.days(14)
"""Time to mend and redrive what was set aside."""

OLD = Duration.minutes(15)
"""Age of the oldest message from which a queue counts as stuck; the longest delay of a due message besides."""


def make_dead_letters(stack: Stack, name: str, platform: "PlatformStack") -> sqs.Queue:
    """Make a dead-letter queue with an alarm for the first message in it."""
    short = f"{name}-dead"
    queue = _queue(stack, short, platform, retention_period=KEPT)
    platform.alarm(
        stack,
        short,
        queue.metric_approximate_number_of_messages_visible(period=Duration.minutes(1), statistic="Maximum"),
        f"Something failed for good and waits in {short}: read it, mend the cause, redrive.",
    )
    return queue


def make_queue(stack: Stack, name: str, declaration: Declaration, platform: "PlatformStack") -> sqs.Queue:
    """Make the queue of a consumer, with its dead-letter queue and an alarm for messages that grow old."""
    dead = make_dead_letters(stack, name, platform)
    queue = _queue(
        stack,
        name,
        platform,
        visibility_timeout=Duration.seconds(declaration.timeout * VISIBILITY),
        dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=RECEIVES),
    )
    platform.alarm(
        stack,
        f"{name}-old",
        queue.metric_approximate_age_of_oldest_message(period=Duration.minutes(5), statistic="Maximum"),
        f"{declaration.module} does not keep up with {name}.",
        threshold=OLD.to_seconds(),
        evaluation_periods=2,
    )
    return queue


def _queue(stack: Stack, name: str, platform: "PlatformStack", **options: object) -> sqs.Queue:
    return sqs.Queue(
        stack,
        f"{name}-queue",
        queue_name=names.queue_name(platform.stage.name, name),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        # The local AWS speaks plain HTTP.
        enforce_ssl=not platform.stage.local,
        **options,
    )
