"""Have what waits in a dead-letter queue worked again, once its cause is mended (X-O-02).

Everything that can end there is harmless to repeat: consumers are idempotent.
"""

import argparse
import json
from typing import Any

from infra.operations.stream_records import RecordsGone, records_at
from shared.kernel import names
from shared.kernel.config import settings
from shared.kernel.declare import Declaration, OnDue, OnEvent, OnStream, Schedule
from shared.kernel.registry import functions
from shared.kernel.storage.client import aws_client

BATCH = 10
HIDDEN_SECONDS = 120
"""How long a message that fails again stays hidden, so that one run meets it once."""

LONGEST_SECONDS = 120
"""How long a function may take."""


class FailedAgain(Exception):
    """The function failed again."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("replay-dead-letters", help="work the messages of a dead-letter queue again")
    parser.add_argument("queue", help="its name as in the alarm, with or without -dead, e.g. wallet-open-account")
    parser.add_argument("--most", type=int, default=1000, help="messages at most")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:
    """Work the messages again and say how many went well, and what became of the others.

    Raises:
        LookupError: no function has that queue.
    """
    name = arguments.queue.removesuffix("-dead").removeprefix(names.prefixed(settings().stage, ""))
    done, failed = replay(name, most=arguments.most)
    return "\n".join([f"{done} messages worked again, {len(failed)} stay in {name}-dead", *failed])


def queue_of(declaration: Declaration) -> str | None:
    """Return the short name of a function's queue, which is its dead-letter queue's without ``-dead``."""
    match declaration.trigger:
        case OnDue(kind):
            return names.due_queue(kind)
        case OnEvent() | OnStream() | Schedule():
            return declaration.name
    return None


def replay(name: str, *, most: int) -> tuple[int, list[str]]:
    """Work the messages of a queue's dead-letter queue again.

    Returns:
        How many went well and are gone, and why the others stay.

    Raises:
        LookupError: no function has that queue.
    """
    queues = {queue_of(function.declaration): function.declaration for function in functions()}
    queues.pop(None, None)
    if name not in queues:
        raise LookupError(f"no queue {name}; there are: {', '.join(sorted(map(str, queues)))}")
    sqs = aws_client("sqs")
    dead = _url(sqs, f"{name}-dead")
    done, failed = 0, list[str]()
    while (left := most - done - len(failed)) > 0:
        wanted = min(BATCH, left)
        messages = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=wanted, VisibilityTimeout=HIDDEN_SECONDS)
        if not messages.get("Messages"):
            break
        for message in messages["Messages"]:
            try:
                _deliver(sqs, name, queues[name], message["Body"])
            except (FailedAgain, RecordsGone) as problem:
                failed.append(f"{message['MessageId']}: {problem}")
            else:
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
                done += 1
    return done, failed


def _url(sqs: Any, name: str) -> str:
    url: str = sqs.get_queue_url(QueueName=names.queue_name(settings().stage, name))["QueueUrl"]
    return url


def _deliver(sqs: Any, name: str, declaration: Declaration, body: str) -> None:
    match declaration.trigger:
        case OnStream() as trigger:
            _invoke(declaration, {"Records": records_at(json.loads(body)["DDBStreamBatchInfo"], trigger)})
        case Schedule():
            _invoke(declaration, json.loads(body))
        case _:
            sqs.send_message(QueueUrl=_url(sqs, name), MessageBody=body)


def _invoke(declaration: Declaration, event: dict[str, Any]) -> None:
    functions_client = aws_client("lambda", read_timeout=LONGEST_SECONDS, attempts=1)
    answer = functions_client.invoke(
        FunctionName=names.prefixed(settings().stage, declaration.name), Payload=json.dumps(event).encode()
    )
    if "FunctionError" in answer:
        raise FailedAgain(f"{declaration.name} failed again: its log says why")
