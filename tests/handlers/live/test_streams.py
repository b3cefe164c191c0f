"""Streams of creators, through their endpoints."""

import json

import pytest

from shared.kernel.storage.client import dynamodb
from shared.live import lookup
from shared.live.items import LISTED, Stream
from tests.handlers.live.conftest import ADMIN, CREATOR, OTHER, VIEWER, image, put_stream, stored

NOW = "2026-03-01T09:30:00.000Z"
LATER = "2026-03-01T09:31:00.000Z"
NEW = {"title": "Sunday strings", "category": "Music"}

CHANGES = [
    ("live.change_stream", {"body": {"title": "Monday"}}),
    ("live.start_stream", {}),
    ("live.end_stream", {}),
    ("live.delete_stream", {}),
]


def view(**changed):
    return {
        "id": "str_1",
        "creatorId": "usr_creator",
        "title": "Sunday strings",
        "category": "Music",
        "status": "LIVE",
        "thumbnailUrl": None,
        "viewers": 0,
        "ratePerMinute": "6",
        "nextRate": None,
        "premiumMultiplier": "1",
        "createdAt": NOW,
        "startedAt": NOW,
        "endedAt": None,
        "version": 1,
        "waitingForPicture": False,
        "pausedUntil": None,
    } | changed


def rows():
    """Everything in the table."""
    return dynamodb().scan(TableName="test-wellspring-live")["Items"]


def outbox():
    """The events on their way out."""
    return [row for row in rows() if row["sk"]["S"] == "OUTBOX"]


def events():
    """The types of the events on their way out."""
    return sorted(row["type"]["S"] for row in outbox())


@pytest.mark.covers("S-L-10", "S-L-15", "S-L-31")
def test_a_creator_sets_up_a_stream_and_gets_its_room(call, livekit):
    answer = call("live.create_stream", body=NEW, caller=CREATOR, key="one")
    stream_id = answer.data["id"]
    ingest = {"url": livekit.url.replace("http", "ws"), "room": stream_id}
    expected = view(id=stream_id, status="SCHEDULED", startedAt=None) | {"ingest": ingest}
    assert (answer.status, answer.json) == (201, {"data": expected, "meta": {}})
    assert [room["name"] for room in livekit.state()["rooms"]] == [stream_id]
    assert call("live.read_stream", path={"stream_id": stream_id}).data == {
        key: value for key, value in expected.items() if key != "ingest"
    }


@pytest.mark.covers("S-W-30")
def test_a_premium_stream_shows_its_price_in_advance(call, livekit):
    body = NEW | {"premiumMultiplier": "1.5", "thumbnailUrl": "https://cdn.example/a.webp", "category": "talk-shows"}
    made = call("live.create_stream", body=body, caller=CREATOR).data
    assert (made["ratePerMinute"], made["premiumMultiplier"], made["category"]) == ("9", "1.5", "Talk Shows")
    assert made["thumbnailUrl"] == "https://cdn.example/a.webp"


def test_the_same_key_makes_one_stream_and_so_does_a_try_whose_answer_was_lost(call, livekit):
    first = call("live.create_stream", body=NEW, caller=CREATOR, key="one")
    again = call("live.create_stream", body=NEW, caller=CREATOR, key="one")
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    for record in dynamodb().scan(TableName="test-wellspring-platform")["Items"]:
        if record["sk"]["S"] == "IDEMPOTENCY":
            key = {"pk": record["pk"], "sk": record["sk"]}
            dynamodb().delete_item(TableName="test-wellspring-platform", Key=key)
    assert call("live.create_stream", body=NEW, caller=CREATOR, key="one").json == first.json


def test_without_livekit_nothing_is_made(call):
    answer = call("live.create_stream", body=NEW, caller=CREATOR)
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert not [row for row in rows() if row["sk"]["S"] == "STREAM"]


@pytest.mark.parametrize("mode", ["server_error", "rate_limit"])
def test_when_livekit_fails_the_creator_may_try_again(call, livekit, mode):
    livekit.modes(**{mode: {"times": 1}})
    refused = call("live.create_stream", body=NEW, caller=CREATOR, key="one")
    assert (refused.status, refused.code) == (503, "UNAVAILABLE")
    assert call("live.create_stream", body=NEW, caller=CREATOR, key="one").status == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (NEW | {"title": ""}, "title"),
        (NEW | {"title": "  "}, "title"),
        (NEW | {"title": "x" * 121}, "title"),
        (NEW | {"title": 7}, "title"),
        (NEW | {"category": "Cooking"}, "category"),
        (NEW | {"thumbnailUrl": "javascript:alert(1)"}, "thumbnailUrl"),
        (NEW | {"premiumMultiplier": "0.999"}, "premiumMultiplier"),
        (NEW | {"premiumMultiplier": "10.001"}, "premiumMultiplier"),
        (NEW | {"premiumMultiplier": 1.5}, "premiumMultiplier"),
        (NEW | {"status": "LIVE"}, "status"),
        ({"category": "Music"}, "title"),
    ],
)
def test_a_bad_stream_is_refused_with_the_field(call, livekit, body, field):
    answer = call("live.create_stream", body=body, caller=CREATOR)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]
    assert livekit.state()["rooms"] == []


@pytest.mark.covers("S-L-15", "S-L-75")
@pytest.mark.parametrize(("named", "request_"), [("live.create_stream", {"body": NEW}), *CHANGES])
def test_only_creators_keep_streams(call, named, request_):
    path = {} if named == "live.create_stream" else {"path": {"stream_id": "str_1"}}
    forbidden = call(named, caller=VIEWER, **path, **request_)
    assert (forbidden.status, forbidden.code) == (403, "FORBIDDEN")
    unknown = call(named, **path, **request_)
    assert (unknown.status, unknown.code) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("status", ["SCHEDULED", "LIVE", "ENDED"])
@pytest.mark.parametrize(("named", "request_"), CHANGES)
def test_someone_elses_stream_is_not_there_to_change(call, named, request_, status):
    put_stream(status=status)
    answer = call(named, path={"stream_id": "str_1"}, caller=OTHER, **request_)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert stored().status == status
    assert events() == []


@pytest.mark.parametrize(("named", "request_"), [*CHANGES, ("live.read_stream", {})])
def test_a_stream_that_is_not_there_is_not_found(call, named, request_):
    answer = call(named, path={"stream_id": "str_none"}, caller=ADMIN, **request_)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.covers("S-L-16")
def test_anyone_may_look_at_a_stream(call):
    put_stream(viewers=42, rate_per_minute=9_500, premium_permille=1_500)
    answer = call("live.read_stream", path={"stream_id": "str_1"})
    expected = view(viewers=42, ratePerMinute="9.5", premiumMultiplier="1.5")
    assert (answer.status, answer.json) == (200, {"data": expected, "meta": {}})


@pytest.mark.covers("S-L-17")
def test_a_creator_changes_what_is_named_and_nothing_else(call, clock):
    put_stream(premium_permille=2_000, rate_per_minute=12_000, thumbnail_url="https://cdn.example/a.webp")
    body = {"title": "Monday", "category": "Education"}
    answer = call("live.change_stream", path={"stream_id": "str_1"}, body=body, caller=CREATOR)
    expected = view(
        version=2,
        title="Monday",
        category="Education",
        ratePerMinute="12",
        premiumMultiplier="2",
        thumbnailUrl="https://cdn.example/a.webp",
    )
    assert (answer.status, answer.json) == (200, {"data": expected, "meta": {}})
    assert call("live.read_stream", path={"stream_id": "str_1"}).data == expected
    assert events() == []


def test_a_new_premium_makes_a_new_price(call):
    put_stream()
    body = {"premiumMultiplier": "3"}
    assert (
        call("live.change_stream", path={"stream_id": "str_1"}, body=body, caller=CREATOR).data["ratePerMinute"] == "18"
    )


@pytest.mark.parametrize("body", [{}, {"status": "REMOVED"}, {"status": "SCHEDULED"}, {"status": "live"}])
def test_a_change_names_something_possible(call, body):
    put_stream()
    answer = call("live.change_stream", path={"stream_id": "str_1"}, body=body, caller=CREATOR)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_an_unknown_category_changes_nothing(call):
    put_stream()
    body = {"title": "Monday", "category": "Cooking"}
    answer = call("live.change_stream", path={"stream_id": "str_1"}, body=body, caller=CREATOR)
    assert (answer.status, answer.json["error"]["details"]) == (
        400,
        [{"field": "category", "message": "There is no such category."}],
    )
    assert stored().title == "Sunday strings"


@pytest.mark.covers("S-L-17", "S-L-33")
def test_a_stream_goes_live_pauses_goes_on_and_ends(call, clock, camera):
    put_stream(status="SCHEDULED")
    path = {"stream_id": "str_1"}
    camera.on()
    assert call("live.start_stream", path=path, caller=CREATOR, key="a").data == view(version=3)
    clock.advance(minutes=1)
    paused = call("live.change_stream", path=path, body={"status": "PAUSED"}, caller=CREATOR)
    assert paused.data == view(status="PAUSED", version=4, pausedUntil="2026-03-01T09:41:00.000Z")
    assert call("live.start_stream", path=path, caller=CREATOR, key="b").data == view(version=6)
    assert call("live.end_stream", path=path, caller=CREATOR).data == view(status="ENDED", endedAt=LATER, version=7)
    assert events() == ["StreamEnded", "StreamPaused", "StreamStarted", "StreamStarted"]


@pytest.mark.parametrize(
    ("named", "request_", "status"),
    [
        ("live.start_stream", {}, "LIVE"),
        ("live.end_stream", {}, "ENDED"),
        ("live.delete_stream", {}, "ENDED"),
        ("live.change_stream", {"body": {"status": "PAUSED"}}, "PAUSED"),
    ],
)
def test_asking_for_the_present_status_changes_nothing(call, camera, named, request_, status):
    camera.on()
    put_stream(status=status)
    assert call(named, path={"stream_id": "str_1"}, caller=CREATOR, **request_).status == 200
    assert events() == []


def test_a_stream_that_has_not_begun_cannot_pause(call):
    put_stream(status="SCHEDULED")
    answer = call("live.change_stream", path={"stream_id": "str_1"}, body={"status": "PAUSED"}, caller=CREATOR)
    assert (answer.status, answer.code) == (409, "STATUS_NOT_POSSIBLE")


@pytest.mark.parametrize("status", ["ENDED", "REMOVED"])
@pytest.mark.parametrize(("named", "request_"), CHANGES[:2])
def test_what_is_over_stays_over(call, named, request_, status):
    put_stream(status=status)
    answer = call(named, path={"stream_id": "str_1"}, caller=CREATOR, **request_)
    assert (answer.status, answer.code) == (409, "STREAM_ENDED")


@pytest.mark.covers("S-L-18")
def test_an_administrator_ends_anybodys_stream(call):
    put_stream()
    answer = call("live.delete_stream", path={"stream_id": "str_1"}, caller=ADMIN)
    assert (answer.status, answer.data) == (200, view(status="ENDED", endedAt=NOW, version=2))
    assert events() == ["StreamEnded"]


def test_a_change_beside_another_one_is_refused(call, monkeypatch):
    before = image(put_stream())
    call("live.end_stream", path={"stream_id": "str_1"}, caller=CREATOR)
    monkeypatch.setattr(lookup, "stream", lambda _: Stream.load(before))
    answer = call("live.change_stream", path={"stream_id": "str_1"}, body={"title": "Monday"}, caller=CREATOR)
    assert (answer.status, answer.code) == (409, "STREAM_CHANGED")
    assert events() == ["StreamEnded"]


def test_ending_a_stream_beside_another_change_still_ends_it(call, monkeypatch, camera):
    before = image(put_stream(status="SCHEDULED"))
    camera.on()
    call("live.start_stream", path={"stream_id": "str_1"}, caller=CREATOR)
    seen = iter([Stream.load(before), stored()])
    monkeypatch.setattr(lookup, "stream", lambda _: next(seen))
    answer = call("live.end_stream", path={"stream_id": "str_1"}, caller=CREATOR)
    assert (answer.status, answer.data) == (200, view(status="ENDED", endedAt=NOW, version=4))
    assert events() == ["StreamEnded", "StreamStarted"]


@pytest.mark.covers("S-L-03")
def test_only_what_is_on_air_or_was_is_in_the_index(call, camera):
    camera.on()

    def listed():
        found = dynamodb().scan(TableName="test-wellspring-live", IndexName=LISTED.name)["Items"]
        return [row["listing"]["S"].partition("#")[0] for row in found]

    put_stream(status="SCHEDULED")
    assert listed() == []
    call("live.start_stream", path={"stream_id": "str_1"}, caller=CREATOR)
    assert listed() == ["LIVE"]
    call("live.end_stream", path={"stream_id": "str_1"}, caller=CREATOR)
    assert listed() == ["ENDED"]


def test_the_events_carry_what_consumers_need(call, clock, camera):
    camera.on()
    put_stream(status="SCHEDULED")
    call("live.start_stream", path={"stream_id": "str_1"}, caller=CREATOR)
    (event,) = outbox()
    assert json.loads(event["data"]["S"]) == {
        "stream_id": "str_1",
        "creator_id": "usr_creator",
        "title": "Sunday strings",
        "started_at": "2026-03-01T09:30:00Z",
    }
