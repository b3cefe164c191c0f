"""A sign-in ends while its connections are opened, join and are kept: in no order of the calls does one hear on."""

from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from shared.identity import signed_in
from shared.kernel.errors import DomainError
from shared.kernel.realtime import USER, LiveMessage, publish, sending
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import authenticate, connect, issue_ticket, of_user
from shared.kernel.realtime.items import Connection, Subscription
from shared.kernel.realtime.schemas import Authenticate, Subscribe
from shared.kernel.realtime.sending import hang_up
from shared.kernel.realtime.subscriptions import subscribe
from shared.kernel.storage import reads
from tests import environment, signins, sockets
from tests.clock import START
from tests.interleaving import Meeting, explore

MOST = 300
OWN = Subscribe(action="subscribe", channel="user:usr_viewer")


class Noted(LiveMessage):
    """A message that is kept."""

    type: ClassVar[str] = "note.added"
    channel: ClassVar[ChannelKind] = USER


@pytest.fixture
def gateway(stage: str, clock: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[sockets.Sockets]:
    """Provide the gateway's connections."""
    monkeypatch.setenv("WELLSPRING_SOCKET_ENDPOINT", "http://127.0.0.1:1")
    environment.read_anew()
    sending._sockets.cache_clear()
    with sockets.watched() as watched:
        yield watched
    sending._sockets.cache_clear()


def join() -> None:
    subscribe("con-1", OWN, [USER], signed_in, now=START)


def end() -> None:
    """End the sign-in, and do what its event leads to: the function that hears of it."""
    signins.sign_out("usr_viewer", "ses_usr_viewer")
    for connection_id in of_user("usr_viewer", "ses_usr_viewer"):
        hang_up(connection_id)


def opening() -> list[Callable[[], object]]:
    ticket, _ = issue_ticket(signins.sign_in(), now=START)

    def open_and_join() -> None:
        connect(ticket, "con-1", signed_in, now=START)
        join()

    return [open_and_join, end]


def joining() -> list[Callable[[], object]]:
    ticket, _ = issue_ticket(signins.sign_in(), now=START)
    connect(ticket, "con-1", signed_in, now=START)
    return [join, end]


def keeping() -> list[Callable[[], object]]:
    ticket, _ = issue_ticket(signins.sign_in(), now=START)
    connect(ticket, "con-1", signed_in, now=START)
    join()
    fresh, _ = issue_ticket(signins.sign_in(), now=START)
    command = Authenticate(action="authenticate", ticket=fresh)
    return [lambda: authenticate("con-1", command, signed_in, now=START), end]


def left() -> int:
    """Return how many items there are that let the connection hear or be found."""
    subscription = reads.get(Subscription, USER.partition("usr_viewer", "con-1"), "con-1")
    connection = reads.get(Connection, "CONNECTION#con-1", "CONNECTION")
    return (subscription is not None) + (connection is not None) + len(of_user("usr_viewer"))


def refused(meeting: Meeting) -> bool:
    """Tell whether the user's side was refused; nothing else may go wrong."""
    assert all(isinstance(why, DomainError) and who == 0 for who, why in meeting.refused.items()), meeting.refused
    return bool(meeting.refused)


@pytest.mark.covers("R-18", "X-P-15")
@pytest.mark.parametrize("prepare", [opening, joining, keeping])
def test_nobody_hears_on_after_the_end_in_any_order(gateway: sockets.Sockets, prepare: Callable) -> None:
    meetings = wins = 0
    for meeting in explore(prepare, most=MOST, seed=7):
        meetings += 1
        wins += not refused(meeting)
        gateway.tried.clear()
        publish(Noted(), "usr_viewer", now=START)
        assert gateway.tried == [], meeting.turns
        assert left() == 0, meeting.turns
        gateway.faults.clear()
    print({"race": prepare.__name__, "orders": meetings, "allowedFirst": wins, "refused": meetings - wins})
    assert meetings >= 10
    assert 0 < wins < meetings
