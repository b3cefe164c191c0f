"""The queues of due items, stood in for on the client's own hooks: what was put onto which, and after what delay."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from shared.kernel import due
from shared.kernel.storage.client import aws_session


@dataclass(frozen=True, slots=True)
class Delayed:
    """A message: its queue, its body and the seconds until it may be received."""

    queue: str
    body: dict[str, Any]
    seconds: int


class DueQueues:
    """Queues whose messages wait for the test to deliver them.

    Attributes:
        refusing: further messages are refused.
    """

    def __init__(self) -> None:
        self.refusing = False
        self._messages: list[Delayed] = []

    def taken(self) -> list[Delayed]:
        """Return what was put onto the queues, in order, and forget it."""
        taken, self._messages = self._messages, []
        return taken

    def answer(self, params: dict[str, Any], model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        """Answer a call of the client, as botocore's ``before-call`` hook."""
        request = json.loads(params["body"])
        done = SimpleNamespace(status_code=200)
        if model.name == "GetQueueUrl":
            return done, {"QueueUrl": f"http://127.0.0.1:1/{request['QueueName']}"}
        entries = request["Entries"] if model.name == "SendMessageBatch" else [request]
        if self.refusing:
            return done, {"Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in entries]}
        name = request["QueueUrl"].rsplit("/", 1)[-1]
        self._messages += [Delayed(name, json.loads(entry["MessageBody"]), entry["DelaySeconds"]) for entry in entries]
        return done, {"Failed": []}


@contextmanager
def watched() -> Iterator[DueQueues]:
    """Stand in for the due queues of this process."""
    queues, session = DueQueues(), aws_session()
    due._queue.cache_clear()
    session.register("before-call.sqs", queues.answer)
    try:
        yield queues
    finally:
        session.unregister("before-call.sqs", queues.answer)
        due._queue.cache_clear()
