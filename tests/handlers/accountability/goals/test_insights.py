"""The numbers of goals, and where photos, videos and voice notes go."""

from urllib.parse import parse_qs, urlsplit

import pytest

from shared.accountability.domain import AccountabilitySettings
from shared.accountability.goals import uploads
from shared.kernel.config import settings_of
from shared.kernel.storage.client import aws_client
from tests.calls import call
from tests.engine import REGION
from tests.handlers.accountability.goals.conftest import OTHER, TODAY, USER, log, new_goal, ok, pass_days, profile


def insights(caller=USER, **query):
    return call("accountability.read_insights", query=query, caller=caller)


def days(goal_id, clock, pattern):
    for number, mark in enumerate(pattern):
        if mark in "dl":
            ok(log(goal_id, request_id=f"{goal_id}-{number}", completed=mark == "d"), 201)
        pass_days(goal_id, clock)


@pytest.mark.covers("S-A-13", "S-A-17")
def test_insights_are_the_specifications(clock):
    profile(personalBestBefore=4)
    goal_id = new_goal()["id"]
    days(goal_id, clock, "dddmdddddddd")
    answer = ok(insights(goalId=goal_id))
    assert answer.json == {
        "data": {"achievement_rate": 0.9167, "streak": 8, "next_milestone": "30 days"},
        "meta": {
            "longestStreak": 8,
            "personalBestBefore": 4,
            "personalBestBeaten": True,
            "bySpan": {"7": 1.0, "30": 0.9167, "90": 0.9167},
        },
    }
    profile(personalBestBefore=8)
    assert ok(insights(goalId=goal_id)).json["meta"]["personalBestBeaten"] is False


@pytest.mark.covers("S-A-01", "D-45")
def test_insights_of_all_goals(clock):
    first = new_goal()["id"]
    days(first, clock, "dd")
    second = new_goal(key="other")["id"]
    days(second, clock, "m")
    assert ok(insights()).data == {"achievement_rate": 0.6667, "streak": 2, "next_milestone": "7 days"}
    assert ok(insights(goalId=second)).data["achievement_rate"] == 0.0
    assert ok(insights(OTHER)).data == {"achievement_rate": 0.0, "streak": 0, "next_milestone": "7 days"}
    assert insights(OTHER, goalId=first).status == 404


@pytest.mark.covers("S-A-15", "S-A-51", "D-45")
def test_the_numbers_of_this_moment_follow_every_log_and_every_missed_day(clock):
    run, pages = new_goal()["id"], new_goal(key="other", title="Evening pages")["id"]
    read = lambda: ok(call("accountability.read_analytics", caller=USER)).data  # noqa: E731
    assert [(one["logged"], one["streak"]) for one in read()["goals"]] == [(False, 0), (False, 0)]
    ok(log(run), 201)
    now = {one["goalId"]: one for one in read()["goals"]}
    assert (now[run]["logged"], now[run]["completed"], now[run]["streak"]) == (True, True, 1)
    assert (now[pages]["logged"], now[pages]["completed"], now[pages]["streak"]) == (False, None, 0)
    for goal_id in (run, pages):
        pass_days(goal_id, clock)
    after = read()
    assert (after["openDays"], after["logged"], after["missed"]) == (2, 0, 1)
    assert {one["goalId"]: one["achievementRate"] for one in after["goals"]} == {run: 1.0, pages: 0.0}
    assert ok(call("accountability.read_analytics", caller=OTHER)).data["goals"] == []


def upload(caller=USER, **body):
    body = {"kind": "photo", "contentType": "image/jpeg", "bytes": 2048} | body
    return call("accountability.prepare_upload", body=body, caller=caller)


@pytest.mark.covers("S-A-05")
def test_an_address_is_signed_for_one_type_and_length():
    answer = ok(upload(), 201).data
    address = urlsplit(answer["url"])
    query = parse_qs(address.query)
    assert address.path.endswith(f"/media/usr_ada/{answer['id']}")
    assert query["X-Amz-SignedHeaders"] == ["content-length;content-type;host;if-none-match"]
    assert query["X-Amz-Expires"] == ["900"]
    assert answer["headers"] == {"Content-Type": "image/jpeg", "Content-Length": "2048", "If-None-Match": "*"}
    assert answer["expiresAt"] == "2026-03-01T09:45:00.000Z"
    assert answer["id"].startswith("pho_")


@pytest.mark.parametrize(
    "body",
    [
        {"contentType": "text/html"},
        {"contentType": "image/svg+xml"},
        {"contentType": "video/mp4"},
        {"bytes": 0},
        {"bytes": 10 * 1024 * 1024 + 1},
        {"bytes": 1.5},
        {"kind": "text"},
    ],
)
def test_an_upload_is_of_a_known_kind_and_size(body):
    assert upload(**body).status == 400


def sent(caller=USER, **body):
    """Send a file to the address made for it, and return its id."""
    upload_id = ok(upload(caller, **body), 201).data["id"]
    aws_client("s3").put_object(
        Bucket=settings_of(AccountabilitySettings).media_bucket, Key=f"media/{caller.user_id}/{upload_id}", Body=b"x"
    )
    return upload_id


@pytest.fixture
def bucket():
    """The bucket of uploads."""
    uploads._signer.cache_clear()
    aws_client("s3").create_bucket(
        Bucket=settings_of(AccountabilitySettings).media_bucket,
        CreateBucketConfiguration={"LocationConstraint": REGION},
    )
    yield
    uploads._signer.cache_clear()


@pytest.mark.covers("S-A-05")
def test_a_log_shows_its_writers_own_uploads(bucket):
    goal_id, photo = new_goal()["id"], sent()
    video, voice = sent(kind="video", contentType="video/mp4"), sent(kind="voice", contentType="audio/ogg")
    found = ok(log(goal_id, photo=photo), 201).data
    assert f"/media/usr_ada/{photo}?" in found["photoUrl"]
    assert (found["videoUrl"], found["voiceUrl"]) == (None, None)
    path = {"goal_id": goal_id, "date": TODAY}
    found = ok(call("accountability.edit_log", path=path, body={"video": video, "voice": voice}, caller=USER)).data
    shown = (found["videoUrl"], found["voiceUrl"])
    assert all(f"/media/usr_ada/{one}?" in address for one, address in zip((video, voice), shown, strict=True))


def test_a_log_refers_to_nothing_that_its_writer_did_not_send(bucket, clock):
    goal_id = new_goal()["id"]
    theirs = sent(OTHER, kind="voice", contentType="audio/ogg")
    never = ok(upload(), 201).data["id"]
    told = [
        {"field": "photo", "message": "Nothing was uploaded under this id"},
        {"field": "voice", "message": "Nothing was uploaded under this id"},
    ]
    refused = log(goal_id, photo=never, voice=theirs)
    assert (refused.status, refused.json["error"]["details"]) == (400, told)
    ok(log(goal_id), 201)
    path = {"goal_id": goal_id, "date": TODAY}
    edited = call("accountability.edit_log", path=path, body={"photo": never}, caller=USER)
    assert (edited.status, edited.json["error"]["details"]) == (400, told[:1])
    one = {"requestId": "off", "goalId": goal_id, "date": TODAY, "completed": True, "photo": never}
    offline = {"logs": [one | {"recordedAt": "2026-03-01T09:00:00Z"}]}
    (result,) = ok(call("accountability.merge_logs", body=offline, caller=USER)).data
    assert (result["result"], result["code"]) == ("REFUSED", "VALIDATION_ERROR")


def test_a_goal_that_ended_long_ago_says_nothing_of_the_last_days(clock):
    ended = new_goal()["id"]
    pass_days(ended, clock, 2)
    ok(call("accountability.complete_goal", path={"goal_id": ended}, caller=USER))
    clock.advance(days=20)
    goal_id = new_goal(key="another")["id"]
    ok(log(goal_id), 201)
    spans = ok(call("accountability.read_insights", caller=USER)).json["meta"]["bySpan"]
    assert spans == {"7": 1.0, "30": 0.3333, "90": 0.3333}
