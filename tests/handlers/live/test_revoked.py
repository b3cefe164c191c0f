"""Who was suspended, or lost a role, is put out of their rooms, and no token that they hold lets them back (X-L-04)."""

import pytest

from shared.identity.events import AccountSuspended, RoleRevoked
from shared.identity.items import Account, user_pk
from shared.identity.registration import new_account
from shared.identity.rules import grant
from shared.kernel.storage.writes import Put, Update, commit
from shared.live import rooms
from shared.live.events import LivekitEventReceived, StreamEnded
from shared.live.metering.events import ViewingEnded
from tests import signins
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, OTHER, VIEWER, put_stream, stored
from tests.handlers.live.test_livekit_events import signed
from tests.handlers.live.test_reconciling import admitted, enter, present, standing
from tests.outbox import sent
from tests.triggers import queue_event, schedule_event, webhook_event

SUSPENDED = {"by": "usr_admin", "reason": "Fraud."}


@pytest.fixture(autouse=True)
def accounts(aws, livekit, told, due_queues):
    """Accounts of a creator and a viewer, and the creator's stream with both in its room."""
    for user_id, roles in ((CREATOR.user_id, ("viewer", "creator")), (VIEWER.user_id, ("viewer",))):
        account = new_account(user_id, f"{user_id}@wellspring.example", "none", now=START)
        account.grants = {grant(role) for role in roles}
        commit(Put(account))
    put_stream()


def suspend(invoke, user_id):
    signins.suspend(user_id)
    hear(invoke, AccountSuspended(user_id=user_id, **SUSPENDED))


def hear(invoke, event):
    """Deliver an event, and what follows from it; twice, as a queue may."""
    for _ in range(2):
        assert invoke("live.put_out_user", queue_event(event))["batchItemFailures"] == []
    for name, model, domain in (("remove_viewer", ViewingEnded, "live"), ("close_room", StreamEnded, "live")):
        for data in sent(domain, model.__name__):
            assert invoke(f"live.{name}", queue_event(model.model_validate(data)))["batchItemFailures"] == []


def joined(invoke, identity, number):
    """Let LiveKit tell that somebody is in the room."""
    body = (
        f'{{"event":"participant_joined","id":"EV_{number}","room":{{"name":"str_1"}},'
        f'"participant":{{"identity":"{identity}"}}}}'
    ).encode()
    delivery = webhook_event(body, {"Authorization": signed(body)})
    assert invoke("live.receive_livekit_event", delivery)["statusCode"] == 200
    event = queue_event(LivekitEventReceived(event_id=f"EV_{number}"))
    assert invoke("live.process_livekit_event", event)["batchItemFailures"] == []


@pytest.mark.covers_partly("X-L-04", missing="there are no bans, mutes and takedowns that would remove somebody")
def test_a_suspended_viewer_is_put_out_and_their_old_token_lets_them_back_for_a_moment_only(call, invoke, livekit):
    enter(livekit, rooms.publisher_token("str_1", CREATOR.user_id))
    session_id = admitted(livekit)
    identity = rooms.viewer_identity(VIEWER.user_id, session_id)
    old = rooms.viewer_token("str_1", identity)
    assert present(livekit) == sorted([CREATOR.user_id, identity])
    suspend(invoke, VIEWER.user_id)
    assert standing(session_id)[:2] == ("ENDED", "revoked")
    assert present(livekit) == [CREATOR.user_id]
    enter(livekit, old)
    joined(invoke, identity, 1)
    assert present(livekit) == [CREATOR.user_id]
    # The gateway may not have heard of it yet.
    answer = call("live.issue_token", path={"stream_id": "str_1"}, body={"sessionId": session_id}, caller=VIEWER)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert stored().status == "LIVE"


def test_a_suspended_creators_streams_end_and_their_old_token_opens_no_room(call, invoke, livekit):
    put_stream("str_2", "PAUSED")
    put_stream("str_3", creator_id=OTHER.user_id)
    session_id = admitted(livekit)
    old = rooms.publisher_token("str_1", CREATOR.user_id)
    enter(livekit, old)
    suspend(invoke, CREATOR.user_id)
    assert [stored(f"str_{number}").status for number in (1, 2, 3)] == ["ENDED", "ENDED", "LIVE"]
    assert len(sent("live", "StreamEnded")) == 2
    invoke("live.settle_stream", queue_event(*(StreamEnded(**data) for data in sent("live", "StreamEnded"))))
    assert standing(session_id)[:2] == ("ENDED", "stream_ended")
    assert present(livekit) == []
    enter(livekit, old)
    joined(invoke, CREATOR.user_id, 1)
    assert present(livekit) == []
    put_stream("str_1", "SCHEDULED")
    answer = call("live.issue_token", path={"stream_id": "str_1"}, body={}, caller=CREATOR)
    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    enter(livekit, old)
    joined(invoke, CREATOR.user_id, 2)
    assert present(livekit) == []


def test_a_creator_in_good_standing_enters_as_they_please(invoke, livekit):
    enter(livekit, rooms.publisher_token("str_1", CREATOR.user_id))
    joined(invoke, CREATOR.user_id, 1)
    assert present(livekit) == [CREATOR.user_id]


def test_who_lost_the_role_of_a_creator_goes_off_air_and_watches_on(invoke, livekit):
    put_stream("str_3", creator_id=OTHER.user_id)
    session_id = admitted(livekit)
    gone = Account.grants.delete({grant("creator")})
    commit(Update(Account, user_pk(CREATOR.user_id), Account.SK, [gone]))
    hear(invoke, RoleRevoked(user_id=CREATOR.user_id, by="usr_admin", role="creator", tenant_id=None))
    assert stored().status == "ENDED"
    assert standing(session_id)[0] == "ACTIVE"


def test_late_news_of_a_suspension_that_was_lifted_ends_nothing(invoke, livekit):
    session_id = admitted(livekit)
    for user_id in (CREATOR.user_id, VIEWER.user_id):
        hear(invoke, AccountSuspended(user_id=user_id, **SUSPENDED))
    assert (stored().status, standing(session_id)[0]) == ("LIVE", "ACTIVE")


def test_a_stream_that_the_news_missed_ends_when_its_room_is_listed(invoke, livekit):
    enter(livekit, rooms.publisher_token("str_1", CREATOR.user_id))
    signins.suspend(CREATOR.user_id)
    invoke("live.reconcile_rooms", schedule_event())
    assert stored().status == "ENDED"
