"""Webhook delivery: signed posts, retried with back-off, subject to the failure modes."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from infra.local.simulators._modes import Modes
from infra.local.simulators._timers import Timers

# Deliveries remembered for `/_sim/state`.
_REMEMBERED = 10_000
# Redeliveries under way at once, and seconds a receiver has to answer.
_PARALLEL = 8
_ANSWER_WITHIN = 30


@dataclass(frozen=True)
class Message:
    """One event on its way: its id, its type and the exact bytes that are signed and sent.

    `url` is the only place it goes to; without one it goes to every endpoint.
    """

    id: str
    type: str
    body: bytes
    url: str = ""


Signed = tuple[dict[str, str], bytes]
"""What is posted: headers and body."""


@dataclass(frozen=True)
class _Delivery:
    message: Message
    url: str
    secret: str
    attempt: int = 0


@dataclass(frozen=True)
class Provider:
    """How one provider delivers.

    Attributes:
        sign: Makes headers and body from the endpoint's secret, the message and the address, afresh for each attempt.
        retries: Attempts after the first.
        retry_on: Whether an answer's status (0 when there was no answer) is worth another attempt.
        secret: The secret of an endpoint that names none.
    """

    sign: Callable[[str, Message, str], Signed]
    retries: int
    retry_on: Callable[[int], bool]
    secret: str


class Webhooks:
    """The endpoints of one simulator and everything that is on its way to them.

    First attempts leave one after the other in the order of the events, so that only the modes shuffle them. A failed
    attempt comes back into the line after `retry_ms`, doubled each time.
    """

    def __init__(self, provider: Provider, modes: Modes, urls: list[str], retry_ms: int) -> None:
        self._provider = provider
        self._modes = modes
        self._urls = urls
        self._retry_ms = retry_ms
        self._clear()

    def _clear(self) -> None:
        self.endpoints = dict.fromkeys(self._urls, self._provider.secret)
        self._deliveries: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._line: asyncio.Queue[_Delivery] = asyncio.Queue()
        self._held_back: list[tuple[Message, int]] = []
        self._timers = Timers()
        self._under_way = 0

    async def start(self) -> None:
        """Open the client and start delivering; needs a running event loop."""
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_WITHIN))
        self._worker = asyncio.create_task(self._deliver())

    async def stop(self) -> None:
        """Abandon whatever is on its way and close the client."""
        self._timers.cancel()
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)
        await self._client.close()

    async def reset(self) -> None:
        """Return to the endpoints of the command line with nothing on its way."""
        await self.stop()
        self._clear()
        await self.start()

    def add(self, url: str, secret: str) -> None:
        """Add an endpoint (or give it another secret); without a secret it has the provider's."""
        self.endpoints[url] = secret or self._provider.secret

    def publish(self, message: Message) -> None:
        """Send a message to every endpoint, unless a mode has it withheld, held back, delayed or doubled."""
        if self._modes.take("webhook_withhold", message.type):
            return
        duplicate = self._modes.take("webhook_duplicate", message.type)
        copies = 1 + (duplicate.copies if duplicate else 0)
        if self._modes.take("webhook_reorder", message.type):
            self._held_back.append((message, copies))
            return
        delay = self._modes.take("webhook_delay", message.type)
        self._enqueue(message, copies, delay.ms if delay else 0)
        while self._held_back:
            self._enqueue(*self._held_back.pop(), 0)

    def _enqueue(self, message: Message, copies: int, delay_ms: int) -> None:
        for url, secret in self._targets(message) * copies:
            self._later(_Delivery(message, url, secret), delay_ms)

    def _targets(self, message: Message) -> list[tuple[str, str]]:
        return [(message.url, self._provider.secret)] if message.url else list(self.endpoints.items())

    def _later(self, delivery: _Delivery, delay_ms: int) -> None:
        if delay_ms:
            self._timers.call(delay_ms / 1000, lambda: self._line.put_nowait(delivery))
        else:
            self._line.put_nowait(delivery)

    async def _deliver(self) -> None:
        while True:
            delivery = await self._line.get()
            status = await self._attempt(delivery)
            if delivery.attempt < self._provider.retries and self._provider.retry_on(status):
                self._later(replace(delivery, attempt=delivery.attempt + 1), self._retry_ms * 2**delivery.attempt)

    async def _attempt(self, delivery: _Delivery) -> int:
        message = delivery.message
        corrupt = self._modes.take("webhook_corrupt", message.type) is not None
        headers, body = self._provider.sign(delivery.secret + "-wrong" * corrupt, message, delivery.url)
        self._under_way += 1
        try:
            async with self._client.post(delivery.url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        finally:
            self._under_way -= 1
        self._deliveries.append(
            {
                "event": message.id,
                "type": message.type,
                "url": delivery.url,
                "attempt": delivery.attempt,
                "status": status,
                "corrupted": corrupt,
            }
        )
        return status

    async def redeliver(self, message: Message, times: int) -> dict[str, int]:
        """Send a message again, `times` to each endpoint, up to 8 at once and without retries; count the answers."""
        places = asyncio.Semaphore(_PARALLEL)

        async def once(url: str, secret: str) -> int:
            async with places:
                return await self._attempt(_Delivery(message, url, secret))

        statuses = await asyncio.gather(*(once(*target) for target in self._targets(message) * times))
        self._modes.happened["redelivered"] += len(statuses)
        return {str(status): count for status, count in Counter(statuses).items()}

    def state(self) -> dict[str, Any]:
        """Describe the endpoints, the deliveries made and how many are still to come (retries and delays counted)."""
        return {
            "endpoints": list(self.endpoints),
            "deliveries": list(self._deliveries),
            "held_back": [message.id for message, _ in self._held_back],
            "pending": self._line.qsize() + len(self._timers) + self._under_way,
        }
