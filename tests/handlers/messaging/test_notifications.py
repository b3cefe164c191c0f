"""The in-app inbox: what comes, what is read, and that the count is always right."""

from datetime import timedelta

import pytest

from shared.kernel.categories import Channel
from shared.kernel.storage.client import dynamodb
from shared.messaging.events import NotificationCreated
from shared.messaging.notifications import inbox
from shared.messaging.notifications.items import Inbox, notifications_pk
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Taken, Words
from shared.messaging.providers import in_app
from tests.clock import START
from tests.lists import assert_sorts
from tests.triggers import principal, queue_event

ADA = principal("usr_ada", "messaging:use")
BOB = principal("usr_bob", "messaging:use")


def outgoing(message_id="msg_1", *, to="usr_ada", category="balance", attempt=1, at=START):
    said = Words(text="You have 4.5 credits left.", version=1, subject="Your credits run low")
    return Outgoing(
        message_id, attempt=attempt, channel=Channel.IN_APP, to=to, words=said, claimed_at=at, category=category
    )


def fill(count, **more):
    for number in range(count):
        in_app.send(outgoing(f"msg_{number}", **more))


def listed(call, caller=ADA, **query):
    answer = call("messaging.list_notifications", caller=caller, query=query)
    assert answer.status == 200
    return answer.json


def ids(page):
    return [one["id"] for one in page["data"]]


def unread(call, caller=ADA):
    return call("messaging.count_unread", caller=caller).data["count"]


def read(call, number, caller=ADA):
    path = {"notification_id": f"ntf_{number:012}"}
    return call("messaging.mark_notification_read", path=path, caller=caller)


def read_all(call, caller=ADA, **more):
    return call("messaging.mark_all_notifications_read", caller=caller, **more).data["count"]


@pytest.mark.covers_partly("S-N-01", missing="there are no entries of the types STREAM_LIVE and FOLLOW")
@pytest.mark.covers("S-N-03", "S-N-02")
def test_a_message_lies_in_the_inbox(call):
    assert in_app.send(outgoing()) == Taken("ntf_000000000001", arrived=True)
    assert listed(call) == {
        "data": [
            {
                "id": "ntf_000000000001",
                "type": "LOW_BALANCE",
                "title": "Your credits run low",
                "message": "You have 4.5 credits left.",
                "read": False,
                "metadata": {"category": "balance", "messageId": "msg_1"},
                "createdAt": "2026-03-01T09:30:00.000Z",
            }
        ],
        "pagination": {"limit": 20, "hasMore": False, "nextCursor": None},
    }


@pytest.mark.covers("S-N-01")
@pytest.mark.parametrize(
    ("category", "shown"),
    [
        ("balance", "LOW_BALANCE"),
        ("payment", "PAYMENT_SUCCESS"),
        ("guide", "GUIDE"),
        ("progress", "PROGRESS"),
        ("another", "SYSTEM"),
    ],
)
def test_the_type_goes_by_the_category(call, category, shown):
    in_app.send(outgoing(category=category))
    assert [one["type"] for one in listed(call)["data"]] == [shown]


def test_the_same_message_comes_once_whatever_its_attempt(call):
    first = in_app.send(outgoing())
    again = in_app.send(outgoing(attempt=2, at=START + timedelta(minutes=2)))
    assert first == again == in_app.find(outgoing(attempt=3))
    assert (len(listed(call)["data"]), unread(call)) == (1, 1)


def test_what_never_came_is_not_found():
    assert in_app.find(outgoing()) is None


def test_an_entry_that_comes_in_between_takes_the_next_number(call, monkeypatch):
    real, met = inbox.get_many, []

    def meets(wanted):
        found = real(wanted)
        if not met:
            met.append(True)
            in_app.send(outgoing("msg_other"))
        return found

    monkeypatch.setattr(inbox, "get_many", meets)
    assert in_app.send(outgoing()).provider_id == "ntf_000000000002"
    assert (ids(listed(call)), unread(call)) == (["ntf_000000000002", "ntf_000000000001"], 2)


def test_an_inbox_that_never_stands_still_is_asked_later(monkeypatch):
    real = inbox.get_many

    def moving(wanted):
        found = real(wanted)
        monkeypatch.setattr(inbox, "get_many", real)
        in_app.send(outgoing(f"msg_{len(dynamodb().scan(TableName='test-wellspring-messaging')['Items'])}x"))
        monkeypatch.setattr(inbox, "get_many", moving)
        return found

    monkeypatch.setattr(inbox, "get_many", moving)
    with pytest.raises(OutcomeUnknown):
        in_app.send(outgoing())


@pytest.mark.covers("S-N-03", "S-N-06")
def test_the_newest_come_first_page_by_page(call):
    fill(23)
    bell = listed(call, limit="5")
    assert ids(bell) == [f"ntf_{number:012}" for number in range(23, 18, -1)]
    seen, cursor = [], None
    while True:
        page = listed(call, limit="7", **({"cursor": cursor} if cursor else {}))
        seen += ids(page)
        cursor = page["pagination"]["nextCursor"]
        if cursor is None:
            break
    assert seen == [f"ntf_{number:012}" for number in range(23, 0, -1)]


@pytest.mark.covers("S-N-03")
@pytest.mark.parametrize("limit", ["1", "2", "3", "100"])
def test_only_unread_and_only_read_ones(call, limit):
    fill(9)
    for number in (2, 3, 7):
        read(call, number)

    def every(read):
        found, cursor = [], None
        while True:
            page = listed(call, limit=limit, read=read, **({"cursor": cursor} if cursor else {}))
            found += [int(one["id"][4:]) for one in page["data"]]
            assert {one["read"] for one in page["data"]} <= {read == "true"}
            cursor = page["pagination"]["nextCursor"]
            if cursor is None:
                return found

    assert every("true") == [7, 3, 2]
    assert every("false") == [9, 8, 6, 5, 4, 1]


@pytest.mark.covers("S-N-04", "S-N-06", "S-N-02")
def test_reading_one_returns_it_and_counts_once(call):
    fill(3)
    for _ in range(2):
        answer = read(call, 2)
        assert answer.status == 200
        assert (answer.data["id"], answer.data["read"], answer.data["type"]) == (
            "ntf_000000000002",
            True,
            "LOW_BALANCE",
        )
    assert unread(call) == 2
    assert [one["read"] for one in listed(call)["data"]] == [False, True, False]


@pytest.mark.covers("S-N-05", "S-N-02")
def test_reading_all_returns_how_many_were_unread(call):
    fill(4)
    read(call, 1)
    assert read_all(call) == 3
    assert (unread(call), read_all(call, request_id="r2")) == (0, 0)
    assert listed(call, read="false")["data"] == []
    assert len(listed(call, read="true")["data"]) == 4
    assert read(call, 4).data["read"] is True
    assert unread(call) == 0


@pytest.mark.covers("S-N-05")
def test_reading_thousands_is_one_write(call):
    fill(1)
    dynamodb().update_item(
        TableName="test-wellspring-messaging",
        Key=Inbox.key(notifications_pk("usr_ada"), "INBOX"),
        UpdateExpression="SET unread = :n, #s = :n",
        ExpressionAttributeNames={"#s": "sequence"},
        ExpressionAttributeValues={":n": {"N": "5000"}},
    )
    assert read_all(call) == 5000
    in_app.send(outgoing("msg_new"))
    assert unread(call) == 1
    assert ids(listed(call, read="false")) == ["ntf_000000005001"]


@pytest.mark.covers("S-N-05")
def test_a_retry_of_reading_all_is_answered_as_the_first(call):
    fill(2)
    assert [read_all(call, key="one", request_id=f"r{n}") for n in range(2)] == [2, 2]


def test_an_empty_inbox(call):
    assert (listed(call)["data"], unread(call), read_all(call)) == ([], 0, 0)


def test_each_user_has_their_own(call):
    fill(2)
    assert (listed(call, BOB)["data"], unread(call, BOB)) == ([], 0)
    assert read(call, 1, BOB).code == "NOT_FOUND"
    assert read_all(call, BOB) == 0
    assert unread(call) == 2


@pytest.mark.parametrize("query", [{"read": "yes"}, {"limit": "0"}, {"limit": "101"}, {"cursor": "x"}])
def test_a_list_that_cannot_be_is_refused(call, query):
    answer = call("messaging.list_notifications", caller=ADA, query=query)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.covers("S-P-27")
def test_an_inbox_is_read_from_either_end(call):
    fill(5)
    read_all(call)
    for number in range(2):
        in_app.send(outgoing(f"msg_new_{number}"))
    for query in ({}, {"read": "true"}, {"read": "false"}):
        assert_sorts(call, "messaging.list_notifications", ADA, query=query)


def test_oldest_first_goes_on_with_what_is_unread_where_the_rest_was_read_meanwhile(call):
    fill(2)
    cursor = listed(call, read="false", sort="oldest", limit="1")["pagination"]["nextCursor"]
    read_all(call)
    in_app.send(outgoing("msg_later"))
    page = listed(call, read="false", sort="oldest", limit="1", cursor=cursor)
    assert len(page["data"]) == 1


def test_a_cursor_is_good_for_its_list_only(call):
    fill(3)
    cursor = listed(call, limit="1")["pagination"]["nextCursor"]
    for caller, query in ((BOB, {}), (ADA, {"read": "true"})):
        answer = call("messaging.list_notifications", caller=caller, query=query | {"cursor": cursor})
        assert answer.status == 400


@pytest.mark.parametrize("given", ["7", "ntf_7", "ntf_00000000000x", "msg_1", "ntf_0000000000001"])
def test_an_id_that_is_none_is_refused(call, given):
    answer = call("messaging.mark_notification_read", path={"notification_id": given}, caller=ADA)
    assert answer.status == 400


def test_what_has_expired_is_neither_shown_nor_counted(call, clock):
    fill(2)
    clock.advance(days=60)
    in_app.send(outgoing("msg_late", at=clock.now()))
    clock.advance(days=31)
    assert ids(listed(call)) == ["ntf_000000000003"]
    assert unread(call) == 1
    assert read(call, 1).status == 404
    assert read(call, 3).status == 200
    assert unread(call) == 0


def test_nobody_gets_in_without_the_permission(call):
    for name in ("list_notifications", "count_unread", "mark_all_notifications_read"):
        assert call(f"messaging.{name}").status == 401
        assert call(f"messaging.{name}", caller=principal("usr_x")).status == 403


@pytest.mark.covers("S-N-14")
def test_a_new_entry_is_told_live_with_the_unread_count(invoke, told, call):
    fill(2)
    event = NotificationCreated(user_id="usr_ada", notification_id="ntf_000000000001")
    assert invoke("messaging.announce_notification", queue_event(event)) == {"batchItemFailures": []}
    shown = next(one for one in listed(call)["data"] if one["id"] == "ntf_000000000001")
    assert told == [("user:usr_ada", "notification.created", {"notification": shown, "unread": 2})]


def test_each_entry_tells_of_itself():
    fill(2)
    items = dynamodb().scan(TableName="test-wellspring-messaging")["Items"]
    told = [item for item in items if item.get("type") == {"S": "NotificationCreated"}]
    assert len(told) == 2
    assert "credits" not in str(told)
