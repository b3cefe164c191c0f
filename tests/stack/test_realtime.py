"""The live hub over real WebSocket connections: tickets, rules, replay, and a broadcast that nobody can break."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from infra.local.client import Client, Socket, demo_user
from infra.local.clock import now
from shared.kernel.realtime import Outcome, publish
from shared.kernel.realtime.items import Connection, Subscription
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.live.channels import STREAM
from shared.live.messages import StreamIsPaused, ViewersChanged
from tests import engine
from tests.stack.conftest import Stack
from tests.stack.test_notifications import registered

CLIENTS = 50
PUBLISHERS, EACH = 8, 5
CLOSED_AT_LAST = 30
"""Seconds: five are promised, but of AWS, not of a busy machine; how many it took is printed."""
CHANGES = 4
"""Messages of a stream that starts, pauses, goes on and ends."""


@pytest.fixture
def listener(stack: Stack) -> Client:
    """Provide a signed-in viewer."""
    return demo_user(stack, "viewer", 2)


@pytest.fixture
def opened(listener: Client) -> Iterator[Callable[[], Socket]]:
    """Provide an opener of connections, closed at the end."""
    sockets: list[Socket] = []

    def open_one() -> Socket:
        sockets.append(listener.connect())
        return sockets[-1]

    yield open_one
    for socket in sockets:
        socket.close()


@pytest.fixture
def here(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process publish to the stack's connections, as a function would."""
    endpoint = stack["webSocket"].replace("ws", "http", 1)
    settings = {"WELLSPRING_STAGE": stack["stage"], "WELLSPRING_SOCKET_ENDPOINT": endpoint}
    aws = engine.ACCOUNT | {"AWS_ENDPOINT_URL": stack["awsEndpoint"], "AWS_DEFAULT_REGION": stack["region"]}
    for name, value in (settings | aws | {"AWS_REGION": stack["region"]}).items():
        monkeypatch.setenv(name, value)
    engine.forget()
    yield
    engine.forget()


@pytest.mark.covers("X-P-20")
def test_a_ticket_opens_one_connection_and_without_one_there_is_none(stack: Stack, listener: Client) -> None:
    address = f"{stack['webSocket']}?ticket={listener.call('POST', '/v1/realtime/tickets').data['ticket']}"
    connect(address).close()
    for refused in (address, stack["webSocket"], f"{stack['webSocket']}?ticket=guess"):
        with pytest.raises(InvalidStatus):
            connect(refused)


def test_only_ones_own_and_existing_channels_can_be_joined(opened: Callable[[], Socket], creator: Client) -> None:
    socket = opened()
    for ref, channel in enumerate((f"user:{creator.user_id}", "stream:str_none", "nothing:x")):
        socket.send(action="subscribe", channel=channel, ref=str(ref))
        refusal = socket.wait_for("error", ref=str(ref))
        assert (refusal["error"]["code"], refusal["error"]["details"]) == ("NOT_FOUND", [])
    socket.send(action="dance", ref="d")
    assert socket.wait_for("error", ref="d")["error"]["code"] == "UNKNOWN_ACTION"


@pytest.mark.covers("S-G-27")
def test_a_heartbeat_is_answered(opened: Callable[[], Socket]) -> None:
    socket = opened()
    socket.send(action="heartbeat", ref="h")
    told = datetime.fromisoformat(socket.wait_for("alive", ref="h")["time"])
    assert abs(told - now()) < timedelta(seconds=10)


@pytest.mark.covers("X-L-18")
def test_after_a_reconnect_the_missed_messages_come_in_order(
    opened: Callable[[], Socket], listener: Client, creator: Client, live_stream: str
) -> None:
    channel = f"stream:{live_stream}"
    staying, leaving = opened(), opened()
    listener.hear(staying, channel)
    known = listener.hear(leaving, channel)["sequence"]
    leaving.close()
    for status in ("PAUSED", "LIVE"):
        assert creator.call("PATCH", f"/v1/streams/{live_stream}", {"status": status}).status == 200
    assert creator.call("POST", f"/v1/streams/{live_stream}/end").status == 200
    while _last_number(staying) < CHANGES:
        staying._receive("numbered", 30)

    back = opened()
    back.send(action="subscribe", channel=channel, after=known)
    answer = back.wait_for("subscribed", channel=channel)
    assert (answer["sequence"], answer["gap"]) == (CHANGES, False)
    while _last_number(back) < CHANGES:
        back._receive("numbered", 30)
    missed = [one for one in back.received if one.get("data")]
    assert [one["sequence"] for one in missed] == list(range(known + 1, CHANGES + 1))
    live = sorted((one for one in staying.received if one.get("data")), key=lambda one: one["sequence"])
    assert missed == [one for one in live if one["sequence"] > known]


def _last_number(socket: Socket) -> int:
    return max((one["sequence"] for one in socket.received if one.get("data")), default=0)


@pytest.mark.covers("S-G-27")
def test_one_dead_client_among_fifty_is_forgotten_and_the_others_hear(
    here: None, opened: Callable[[], Socket], listener: Client, live_stream: str
) -> None:
    sockets = [opened() for _ in range(CLIENTS - 1)]
    for socket in sockets:
        listener.hear(socket, f"stream:{live_stream}")
    gone = Subscription(pk=STREAM.partition(live_stream, "gone"), sk="gone", expires_at=now() + timedelta(hours=1))
    commit(Put(gone))

    message = ViewersChanged(stream_id=live_stream, viewers=4711)
    outcomes = publish(message, live_stream, now=now())
    assert outcomes == {Outcome.DELIVERED: CLIENTS - 1, Outcome.GONE: 1}
    for socket in sockets:
        assert socket.wait_for("viewers.changed", viewers=4711)["sequence"] is None
    assert reads.get(Subscription, gone.pk, gone.sk) is None
    assert publish(message, live_stream, now=now()) == {Outcome.DELIVERED: CLIENTS - 1}


def test_eight_publishers_give_each_number_once(
    here: None, opened: Callable[[], Socket], listener: Client, live_stream: str
) -> None:
    socket = opened()
    listener.hear(socket, f"stream:{live_stream}")

    def work(_publisher: int) -> None:
        for _ in range(EACH):
            publish(StreamIsPaused(stream_id=live_stream, paused_at=now(), ends_at=now()), live_stream, now=now())

    with ThreadPoolExecutor(PUBLISHERS) as pool:
        list(pool.map(work, range(PUBLISHERS)))
    publish(ViewersChanged(stream_id=live_stream, viewers=4712), live_stream, now=now())
    socket.wait_for("viewers.changed", viewers=4712)
    # The stream's own start may be announced before, between or after.
    numbers = sorted(one["sequence"] for one in socket.received if one["type"] in {"stream.paused", "stream.started"})
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert [one["type"] for one in socket.received].count("stream.paused") == PUBLISHERS * EACH


def test_a_connection_that_closes_is_forgotten(here: None, listener: Client, live_stream: str) -> None:
    socket = listener.connect()
    listener.hear(socket, f"stream:{live_stream}")
    partitions = STREAM.partitions(live_stream)
    (connection_id,) = _subscribers(partitions)
    socket.close()
    deadline = time.monotonic() + 10
    while _subscribers(partitions):
        assert time.monotonic() < deadline, "the closed connection is still subscribed"
        time.sleep(0.1)
    assert reads.get(Connection, f"CONNECTION#{connection_id}", "CONNECTION") is None


@pytest.mark.parametrize("end", ["sign-out", "suspension"])
def test_the_sockets_of_who_may_not_any_more_are_closed_within_seconds(
    stack: Stack, end: str, record_property: Callable[[str, object], None]
) -> None:
    # Somebody of their own: a demo account has so many tickets a minute.
    listener, _ = registered(stack)
    admin, account = demo_user(stack, "admin"), f"/v1/admin/users/{listener.user_id}"
    sockets = [listener.connect() for _ in range(3)]
    for socket in sockets:
        listener.hear(socket, f"user:{listener.user_id}")
    began = time.monotonic()
    if end == "sign-out":
        assert listener.call("POST", "/v1/auth/logout").status == 200
    else:
        assert admin.call("POST", f"{account}/suspend", {"reason": "Spam"}, api="adminApi").status == 200
    try:
        took = [round(socket.wait_for_close(seconds=CLOSED_AT_LAST) - began, 2) for socket in sockets]
    finally:
        if end == "suspension":
            assert admin.call("POST", f"{account}/reinstate", {"reason": "A test"}, api="adminApi").status == 200
    record_property("seconds", took)
    print(f"closed after {took} s by {end}; five are promised")


def _subscribers(partitions: list[str]) -> list[str]:
    return [
        item["sk"]["S"]
        for partition in partitions
        for item in reads.query_all(Subscription, Subscription.pk == partition)
    ]
