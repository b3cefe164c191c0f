"""Goals: set, read, changed, paused, completed, deleted, restored; and the profile that their days follow."""

import pytest

from shared.accountability.goals import manage, profiles
from shared.accountability.goals.rules import MAX_GOALS
from shared.accountability.goals.schemas import NewGoal
from shared.identity.seeding import ensure_account
from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from tests.calls import call
from tests.clock import START
from tests.handlers.accountability.goals.conftest import (
    ADMIN,
    OTHER,
    TODAY,
    USER,
    day_of,
    events,
    goal_of,
    log,
    new_goal,
    ok,
    outcomes,
    pass_days,
    profile,
    topics,
)

TOMORROW, DAY_AFTER = "2026-03-02", "2026-03-03"


def on(name, goal_id, caller=USER, **request):
    return call(f"accountability.{name}", path={"goal_id": goal_id}, caller=caller, **request)


@pytest.mark.covers("S-A-01")
def test_a_profile_is_there_from_the_start():
    assert ok(call("accountability.read_profile", caller=USER)).json == {
        "data": {
            "userId": "usr_ada",
            "name": "Unknown",
            "zone": "UTC",
            "dayStart": 0,
            "grace": 0,
            "tier": "tier_35",
            "personalBestBefore": 0,
            "shareMilestones": True,
            "guideId": None,
            "onboardingCompletedAt": None,
            "preferences": {},
            "version": 1,
            "phone": None,
        },
        "meta": {},
    }


@pytest.mark.covers("S-A-01")
def test_a_profile_is_changed_in_parts(clock):
    profile(zone="Asia/Kathmandu", dayStart=180, grace=60, personalBestBefore=12)
    profile(onboardingCompleted=True, preferences={"theme": "dark", "sounds": False})
    clock.advance(days=1)
    found = profile(name="Ada", onboardingCompleted=True)
    assert found == {
        "userId": "usr_ada",
        "name": "Ada",
        "zone": "Asia/Kathmandu",
        "dayStart": 180,
        "grace": 60,
        "tier": "tier_35",
        "personalBestBefore": 12,
        "shareMilestones": True,
        "guideId": None,
        "onboardingCompletedAt": "2026-03-01T09:30:00.000Z",
        "preferences": {"theme": "dark", "sounds": False},
        "version": 4,
        "phone": None,
    }


@pytest.mark.covers("S-A-01")
def test_a_user_may_leave_a_number_and_take_it_away_again(capsys):
    found = profile(phone="+1 (212) 555-0123", name="Ada")
    assert (found["phone"], found["name"]) == ("+12125550123", "Ada")
    assert profile(phone="+44 7400 123456", grace=5)["phone"] == "+447400123456", "a country that we do not text"
    assert profile(grace=10)["phone"] == "+447400123456"
    stale = call("accountability.change_profile", body={"phone": None}, caller=USER, headers={"If-Match": '"1"'})
    assert (stale.status, stale.code) == (412, "PRECONDITION_FAILED")
    assert profile(phone=None)["phone"] is None
    assert "7400123456" not in str(everything()) + capsys.readouterr().out, "not in an event, nor in a log"


def everything():
    """Return every event, and what messaging knows."""
    tables = [settings().table("messaging"), settings().table("accountability")]
    found = [one for table in tables for one in dynamodb().scan(TableName=table)["Items"]]
    return [one for one in found if one["sk"] != {"S": "MEMBER"}]


def test_staff_who_choose_a_guide_see_no_number():
    profile(phone="+12125550123")
    answer = call("accountability.choose_guide", path={"user_id": "usr_ada"}, body={"guideId": None}, caller=ADMIN)
    assert ok(answer).data["name"] == "Unknown"
    assert "phone" not in answer.data


@pytest.mark.parametrize("number", ["12", "2125550123", "+18005550199", "+8816", "+1 212 555 0123 x9", "call me"])
def test_a_number_at_which_nobody_is_reached_is_refused(number):
    answer = call("accountability.change_profile", body={"phone": number}, caller=USER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.json["error"]["details"][0]["field"] == "phone"
    assert ok(call("accountability.read_profile", caller=USER)).data["phone"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"zone": "localtime"}, "zone"),
        ({"zone": "Factory"}, "zone"),
        ({"zone": "posixrules"}, "zone"),
        ({"zone": None}, "zone"),
        ({"name": None, "grace": 60}, "name"),
        ({"dayStart": 721}, "dayStart"),
        ({"dayStart": "3"}, "dayStart"),
        ({"grace": -1}, "grace"),
        ({"tier": "tier_200"}, "tier"),
        ({"preferences": {"a": [1]}}, "preferences.a"),
        ({"onboardingCompleted": False}, "onboardingCompleted"),
        ({"name": "Ada\nYour bank: call us"}, "name"),
        ({"name": "Ada\u2028Your bank"}, "name"),
        ({}, "body"),
    ],
)
def test_a_profile_refuses_what_makes_no_sense(body, field):
    answer = call("accountability.change_profile", body=body, caller=USER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.json["error"]["details"][0]["field"] == field


def test_what_is_wrong_is_said_in_a_sentence():
    answer = call("accountability.change_profile", body={"zone": "localtime"}, caller=USER)
    (detail,) = answer.json["error"]["details"]
    assert detail == {"field": "zone", "message": "An IANA time zone is needed, e.g. Europe/Berlin"}


@pytest.mark.covers("S-A-01")
def test_staff_choose_the_guide():
    guide, viewer = [
        ensure_account(f"{role}@wellspring.example", "correct horse battery", role, [role], START)
        for role in ("guide", "viewer")
    ]

    def choose(guide_id, key):
        body = {"guideId": guide_id}
        return call("accountability.choose_guide", path={"user_id": "usr_ada"}, body=body, caller=ADMIN, key=key)

    assert choose(guide, "1").status == 404
    new_goal()
    assert ok(choose(guide, "2")).data["guideId"] == guide
    for nobodys in (viewer, "usr_unknown"):
        answer = choose(nobodys, nobodys)
        assert (answer.status, answer.json["error"]["details"][0]["field"]) == (400, "guideId")
    assert ok(choose(None, "3")).data["guideId"] is None


@pytest.mark.covers("S-A-04", "S-A-11")
def test_a_goal_is_set_with_a_title_and_a_frequency():
    answer = ok(call("accountability.create_goal", body={"title": "Run", "frequency": "daily"}, caller=USER), 201)
    goal_id = answer.data["id"]
    assert answer.json == {
        "data": {
            "id": goal_id,
            "title": "Run",
            "description": None,
            "frequency": {"kind": "DAILY", "n": None, "weekdays": None},
            "nextFrequency": None,
            "status": "ACTIVE",
            "escalationEnabled": True,
            "policy": "standard",
            "held": False,
            "openDay": {
                "date": TODAY,
                "zone": "UTC",
                "closesAt": "2026-03-02T00:00:00.000Z",
                "logUntil": "2026-03-02T00:00:00.000Z",
            },
            "restDays": [],
            "pauseFrom": None,
            "pauseUntil": None,
            "streak": 0,
            "longestStreak": 0,
            "missedRun": 0,
            "missedSince": None,
            "createdAt": "2026-03-01T09:30:00.000Z",
            "completedAt": None,
            "deletedAt": None,
            "version": 1,
        },
        "meta": {},
    }
    assert ok(on("read_goal", goal_id)).data == answer.data
    assert ok(call("accountability.list_goals", caller=USER)).json["data"] == [answer.data]
    assert events("GoalCreated") == [{"user_id": "usr_ada", "goal_id": goal_id}]


def test_a_lost_answer_makes_no_second_goal():
    first = new_goal(key="once")
    wanted = NewGoal(title="Run")
    again = manage.create("usr_ada", wanted, operation="op", now=START)
    assert manage.create("usr_ada", wanted, operation="op", now=START) == again
    assert again.id != first["id"]
    assert len(ok(call("accountability.list_goals", caller=USER)).json["data"]) == 2


@pytest.mark.covers("X-A-20")
@pytest.mark.parametrize(
    "frequency",
    [
        {"kind": "PER_WEEK", "n": 3, "weekdays": None},
        {"kind": "WEEKDAYS", "n": None, "weekdays": [1, 3, 5]},
        {"kind": "EVERY_N_DAYS", "n": 3, "weekdays": None},
        {"kind": "DAILY", "n": None, "weekdays": None},
    ],
)
def test_frequencies(frequency):
    assert new_goal(frequency=frequency)["frequency"] == frequency


@pytest.mark.parametrize(
    "body",
    [
        {"frequency": "sometimes"},
        {"frequency": {"kind": "PER_WEEK"}},
        {"frequency": {"kind": "PER_WEEK", "n": 8}},
        {"frequency": {"kind": "PER_WEEK", "n": "3"}},
        {"frequency": {"kind": "EVERY_N_DAYS", "n": 31}},
        {"frequency": {"kind": "WEEKDAYS", "weekdays": [0]}},
        {"frequency": {"kind": "WEEKDAYS", "weekdays": []}},
        {"frequency": {"kind": "DAILY", "n": 1}},
        {"title": ""},
        {"title": "x" * 81},
        {"title": "Run\r\nBcc: all"},
        {"policy": "No Policy"},
        {"escalationEnabled": 1},
        {"status": "ACTIVE"},
    ],
)
def test_a_goal_refuses_what_makes_no_sense(body):
    answer = call("accountability.create_goal", body={"title": "Run"} | body, caller=USER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("field", ["title", "frequency", "policy", "escalationEnabled", "restDays"])
def test_what_a_goal_needs_cannot_be_taken_away(field):
    made = ok(call("accountability.create_goal", body={"title": "Run"}, caller=USER), 201).data
    answer = on("change_goal", made["id"], body={field: None})
    (told,) = answer.json["error"]["details"]
    assert (answer.status, told["field"], told["message"]) == (400, field, "May not be null")


@pytest.mark.covers("S-P-23")
def test_an_unknown_policy_is_refused():
    made = ok(call("accountability.create_goal", body={"title": "Run"}, caller=USER), 201).data
    for answer in (
        call("accountability.create_goal", body={"title": "Run", "policy": "none"}, caller=USER),
        on("change_goal", made["id"], body={"policy": "none"}),
    ):
        assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
        assert [one["field"] for one in answer.json["error"]["details"]] == ["policy"]


@pytest.mark.covers("S-A-51")
def test_somebody_may_have_so_many_goals(monkeypatch):
    assert MAX_GOALS == 50
    monkeypatch.setattr(profiles, "MAX_GOALS", 4)
    made = [manage.create("usr_ada", NewGoal(title="Run"), operation=str(number), now=START) for number in range(4)]
    answer = call("accountability.create_goal", body={"title": "Run"}, caller=USER)
    assert (answer.status, answer.code) == (409, "TOO_MANY_GOALS")
    ok(on("delete_goal", made[0].id))
    assert on("restore_goal", made[0].id).status == 200
    ok(on("delete_goal", made[0].id, request_id="again"))
    new_goal(key="fits")
    assert on("restore_goal", made[0].id, request_id="more").code == "TOO_MANY_GOALS"
    listed = ok(call("accountability.list_goals", caller=USER, query={"limit": "3"}))
    assert len(listed.data) <= 3
    assert listed.json["pagination"]["hasMore"]


def test_somebody_elses_goal_is_not_found():
    goal_id = new_goal()["id"]
    for name in ("read_goal", "pause_goal", "resume_goal", "complete_goal", "delete_goal", "restore_goal"):
        body = {"from": DAY_AFTER} if name == "pause_goal" else None
        assert on(name, goal_id, OTHER, body=body).status == 404, name
    assert on("change_goal", goal_id, OTHER, body={"title": "Mine"}).status == 404
    assert log(goal_id, OTHER).status == 404


@pytest.mark.covers("S-A-04")
def test_a_goal_is_changed_and_its_frequency_from_tomorrow(clock):
    goal_id = new_goal()["id"]
    body = {"title": "Swim", "description": "Laps", "frequency": {"kind": "WEEKDAYS", "weekdays": [2]}}
    changed = ok(on("change_goal", goal_id, body=body)).data
    assert (changed["title"], changed["description"], changed["frequency"]["kind"]) == ("Swim", "Laps", "DAILY")
    assert changed["nextFrequency"] == {"kind": "WEEKDAYS", "n": None, "weekdays": [2]}
    pass_days(goal_id, clock, 2)
    assert outcomes(goal_id) == {TODAY: "MISSED", TOMORROW: "REST"}
    assert ok(on("read_goal", goal_id)).data["frequency"]["kind"] == "WEEKDAYS"
    assert ok(on("change_goal", goal_id, body={"description": None}, request_id="b")).data["description"] is None


@pytest.mark.covers("X-A-17")
def test_rest_days_are_planned_ahead(clock):
    goal_id = new_goal()["id"]
    refused = on("change_goal", goal_id, body={"restDays": [TODAY]})
    assert (refused.status, refused.code) == (422, "TOO_SOON")
    assert on("change_goal", goal_id, body={"restDays": ["2026-02-30"]}).status == 400
    assert on("change_goal", goal_id, body={"restDays": ["2028-01-01"]}).status == 400
    rested = ok(on("change_goal", goal_id, body={"restDays": [TOMORROW]})).data
    assert rested["restDays"] == [TOMORROW]
    log(goal_id)
    pass_days(goal_id, clock, 1)
    # It has begun: it stays a rest day, whatever is planned now.
    assert ok(on("change_goal", goal_id, body={"restDays": []}, request_id="b")).data["restDays"] == [TOMORROW]
    pass_days(goal_id, clock, 1)
    assert outcomes(goal_id) == {TODAY: "LOGGED", TOMORROW: "REST"}
    assert goal_of(goal_id).streak == 1


@pytest.mark.covers("X-A-17")
def test_who_drops_a_pause_before_it_begins_is_asked_after_when_they_plan_another(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 1)
    ok(on("pause_goal", goal_id, body={"from": DAY_AFTER, "until": "2026-03-05"}))
    ok(on("resume_goal", goal_id))
    planned = topics()
    assert f"day:{goal_id}:{TODAY}" in planned
    pass_days(goal_id, clock, 1)
    ok(on("pause_goal", goal_id, body={"from": "2026-03-04", "until": "2026-03-05"}))
    assert topics() == planned


@pytest.mark.covers("X-A-17")
def test_a_run_of_misses_ends_when_a_pause_begins_not_when_it_is_planned(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 2)
    assert (goal_of(goal_id).missed_run, goal_of(goal_id).missed_since) == (2, TODAY)
    answer = on("pause_goal", goal_id, body={"from": DAY_AFTER})
    assert (answer.status, answer.code) == (422, "TOO_SOON")
    paused = ok(on("pause_goal", goal_id, body={"from": "2026-03-04", "until": "2026-03-05"})).data
    assert (paused["status"], paused["missedRun"]) == ("ACTIVE", 2)
    # What was not sent yet of the latest misses is not sent any more; the run goes on until the pause begins.
    latest = {f"day:{goal_id}:{day}" for day in (TODAY, TOMORROW)}
    assert (events("RunWithdrawn"), topics()) == ([], latest)
    pass_days(goal_id, clock, 1)
    begun = ok(on("read_goal", goal_id)).data
    assert (begun["status"], begun["missedRun"], begun["missedSince"]) == ("PAUSED", 0, None)
    assert topics() == latest | {f"run:{goal_id}:{TODAY}"}
    (withdrawn,) = events("RunWithdrawn")
    assert (withdrawn["missed_since"], withdrawn["reason"]) == (TODAY, "PAUSED")
    pass_days(goal_id, clock, 3)
    assert outcomes(goal_id) == {
        TODAY: "MISSED",
        TOMORROW: "MISSED",
        DAY_AFTER: "MISSED",
        "2026-03-04": "PAUSED",
        "2026-03-05": "PAUSED",
        "2026-03-06": "MISSED",
    }
    assert [(event["date"], event["days_missed"], event["missed_since"]) for event in by_date("DayMissed")] == [
        (TODAY, 1, TODAY),
        (TOMORROW, 2, TODAY),
        ("2026-03-06", 1, "2026-03-06"),
    ]


@pytest.mark.covers("X-A-17")
def test_a_pause_that_is_taken_back_before_it_begins_hides_no_miss(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 2)
    ok(on("pause_goal", goal_id, body={"from": "2026-03-04"}))
    ok(on("resume_goal", goal_id))
    pass_days(goal_id, clock, 1)
    assert events("RunWithdrawn") == []
    assert [event["days_missed"] for event in by_date("DayMissed")] == [1, 2, 3]


def by_date(name):
    return sorted(events(name), key=lambda event: event["date"])


@pytest.mark.covers("X-A-17")
def test_a_pause_is_resumed_from_tomorrow_or_dropped(clock):
    goal_id = new_goal()["id"]
    ok(on("pause_goal", goal_id, body={"from": TOMORROW}))
    assert ok(on("resume_goal", goal_id)).data["pauseFrom"] is None
    ok(on("pause_goal", goal_id, body={"from": TOMORROW}, request_id="b"))
    log(goal_id)
    pass_days(goal_id, clock, 1)
    assert ok(on("read_goal", goal_id)).data["status"] == "PAUSED"
    assert on("pause_goal", goal_id, body={"from": "2026-03-09"}, request_id="c").code == "ALREADY_PAUSED"
    resumed = ok(on("resume_goal", goal_id, request_id="d")).data
    assert (resumed["pauseFrom"], resumed["pauseUntil"]) == (TOMORROW, TOMORROW)
    assert ok(on("resume_goal", goal_id, request_id="e")).data == resumed
    pass_days(goal_id, clock, 2)
    assert outcomes(goal_id) == {TODAY: "LOGGED", TOMORROW: "PAUSED", DAY_AFTER: "MISSED"}


def test_a_pause_is_prolonged(clock):
    goal_id = new_goal()["id"]
    ok(on("pause_goal", goal_id, body={"from": TOMORROW, "until": DAY_AFTER}))
    pass_days(goal_id, clock, 1)
    prolonged = ok(on("pause_goal", goal_id, body={"from": DAY_AFTER, "until": "2026-03-08"}, request_id="b")).data
    assert (prolonged["pauseFrom"], prolonged["pauseUntil"]) == (TOMORROW, "2026-03-08")


@pytest.mark.parametrize("body", [{"from": "2026-02-31"}, {"from": "2026-03-05", "until": "2026-03-04"}, {}])
def test_an_impossible_pause_is_refused(body):
    goal_id = new_goal()["id"]
    assert on("pause_goal", goal_id, body=body).status == 400


@pytest.mark.covers("S-A-04")
def test_switching_escalation_off_withdraws_the_run(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 1)
    ok(on("change_goal", goal_id, body={"escalationEnabled": False}))
    assert [event["reason"] for event in events("RunWithdrawn")] == ["DISABLED"]
    assert topics() == {f"run:{goal_id}:{TODAY}"}


@pytest.mark.covers("S-A-04")
def test_a_completed_goal_has_no_more_days(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 1)
    done = ok(on("complete_goal", goal_id)).data
    assert (done["status"], done["openDay"], done["missedRun"]) == ("COMPLETED", None, 0)
    assert done["completedAt"] == "2026-03-02T01:00:00.000Z"
    assert ok(on("complete_goal", goal_id, request_id="b")).data == done
    assert [event["reason"] for event in events("RunWithdrawn")] == ["COMPLETED"]
    item = goal_of(goal_id)
    assert (item.due_at, item.due_shard, item.active_shard) == (None, None, None)
    assert log(goal_id).code == "GOAL_OVER"
    assert on("pause_goal", goal_id, body={"from": "2026-03-09"}).code == "GOAL_OVER"
    assert on("resume_goal", goal_id, request_id="c").code == "GOAL_OVER"
    assert on("change_goal", goal_id, body={"title": "More"}).code == "GOAL_OVER"


@pytest.mark.covers("S-A-10")
def test_a_deleted_goal_can_be_restored_the_same_day(clock):
    profile(grace=60)
    goal_id = new_goal()["id"]
    log(goal_id)
    before = goal_of(goal_id)
    deleted = ok(on("delete_goal", goal_id)).data
    assert (deleted["status"], deleted["openDay"]) == ("DELETED", None)
    assert ok(on("delete_goal", goal_id, request_id="b")).data == deleted
    assert on("read_goal", goal_id).status == 404
    assert ok(call("accountability.list_goals", caller=USER)).data == []
    assert len(ok(call("accountability.list_goals", caller=USER, query={"status": "DELETED"})).data) == 1
    assert log(goal_id, request_id="other").status == 404
    restored = ok(on("restore_goal", goal_id)).data
    assert (restored["status"], restored["streak"], restored["openDay"]["date"]) == ("ACTIVE", 1, TODAY)
    assert (goal_of(goal_id).due_at, goal_of(goal_id).due_shard) == (before.due_at, before.due_shard)
    assert ok(on("restore_goal", goal_id, request_id="c")).data == restored


@pytest.mark.covers("S-A-10")
@pytest.mark.parametrize("logged", [True, False])
def test_deleting_does_not_save_a_streak(clock, logged):
    goal_id = new_goal()["id"]
    log(goal_id)
    pass_days(goal_id, clock, 1)
    if logged:
        log(goal_id, request_id="b")
    ok(on("delete_goal", goal_id))
    clock.advance(days=20)
    restored = ok(on("restore_goal", goal_id)).data
    assert (restored["openDay"]["date"], restored["streak"]) == ("2026-03-22", 2 if logged else 0)
    assert day_of(goal_id, TOMORROW).outcome == ("LOGGED" if logged else "MISSED")
    assert events("DayMissed") == []
    pass_days(goal_id, clock, 1)
    assert events("DayMissed")[0]["days_missed"] == 1


OFF = [
    ("daily", "pause_goal", {"from": TOMORROW}, "PAUSED"),
    ("daily", "change_goal", {"restDays": [TOMORROW]}, "REST"),
    ({"kind": "WEEKDAYS", "weekdays": [7]}, "change_goal", {"title": "Run"}, "REST"),
]


@pytest.mark.covers("S-A-10")
@pytest.mark.parametrize(("frequency", "name", "body", "outcome"), OFF, ids=["paused", "at-rest", "not-asked"])
def test_deleting_costs_no_streak_on_a_day_that_asked_for_nothing(clock, frequency, name, body, outcome):
    goal_id = new_goal(frequency=frequency)["id"]
    log(goal_id)
    ok(on(name, goal_id, body=body))
    pass_days(goal_id, clock, 1)
    ok(on("delete_goal", goal_id))
    clock.advance(days=3)
    assert ok(on("restore_goal", goal_id)).data["streak"] == 1
    assert day_of(goal_id, TOMORROW).outcome == outcome


def test_a_goal_that_is_restored_is_as_it_was_planned(clock):
    goal_id = new_goal()["id"]
    ok(on("pause_goal", goal_id, body={"from": TOMORROW, "until": TOMORROW}))
    ok(on("change_goal", goal_id, body={"frequency": {"kind": "WEEKDAYS", "weekdays": [5]}}))
    pass_days(goal_id, clock, 1)
    ok(on("delete_goal", goal_id))
    assert ok(on("restore_goal", goal_id)).data["status"] == "PAUSED"
    ok(on("change_goal", goal_id, body={"frequency": "daily"}, request_id="b"))
    ok(on("delete_goal", goal_id, request_id="b"))
    clock.advance(days=2)
    restored = ok(on("restore_goal", goal_id, request_id="b")).data
    assert (restored["status"], restored["frequency"]["kind"], restored["nextFrequency"]) == ("ACTIVE", "DAILY", None)


def test_an_open_day_outlives_a_deletion_wherever_its_owner_went_meanwhile(clock):
    goal_id = new_goal()["id"]
    clock.advance(hours=3)
    profile(zone="Pacific/Kiritimati")
    ok(on("delete_goal", goal_id))
    assert ok(on("restore_goal", goal_id)).data["openDay"]["date"] == TODAY


def test_no_token_no_goals():
    assert call("accountability.list_goals").status == 401
    assert call("accountability.list_goals", caller=ADMIN).status == 403
