"""Logs: one per goal and day, corrections, what comes from offline, words of danger."""

from datetime import timedelta

import pytest

from shared.accountability.goals.corrections import excuse_day, release
from shared.accountability.goals.logs import CRISIS_LINE
from tests.calls import call
from tests.clock import START
from tests.handlers.accountability.goals.conftest import (
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
from tests.lists import assert_sorts

TOMORROW, DAY_AFTER = "2026-03-02", "2026-03-03"
DANGER = "I want to kill myself"


def edit(goal_id, date, caller=USER, request_id="edit", **body):
    path = {"goal_id": goal_id, "date": date}
    return call("accountability.edit_log", path=path, body=body, caller=caller, request_id=request_id)


def listed(goal_id, **query):
    return ok(call("accountability.list_logs", path={"goal_id": goal_id}, query=query, caller=USER))


def numbers(goal_id):
    goal = goal_of(goal_id)
    return goal.streak, goal.longest_streak, goal.missed_run, goal.missed_since


@pytest.mark.covers("S-A-05", "S-A-12")
def test_a_day_is_logged():
    goal_id = new_goal()["id"]
    answer = ok(
        call("accountability.log_day", body={"goal_id": goal_id, "completed": True, "notes": "Rain"}, caller=USER), 201
    )
    assert answer.json == {
        "data": {
            "id": answer.data["id"],
            "goalId": goal_id,
            "date": TODAY,
            "zone": "UTC",
            "outcome": None,
            "completed": True,
            "notes": "Rain",
            "photoUrl": None,
            "videoUrl": None,
            "voiceUrl": None,
            "recordedAt": "2026-03-01T09:30:00.000Z",
            "loggedAt": "2026-03-01T09:30:00.000Z",
            "revision": 0,
            "escalationState": 0,
        },
        "meta": {"streak": 1, "longestStreak": 1, "replayed": False},
    }
    assert listed(goal_id).json["data"] == [answer.data]
    assert events("GoalLogged") == [
        {
            "user_id": "usr_ada",
            "goal_id": goal_id,
            "date": TODAY,
            "completed": True,
            "streak": 1,
            "ended_run": None,
        }
    ]
    assert events("GoalProgressed")[0]["streak"] == 1


@pytest.mark.covers("X-A-21")
def test_the_same_request_finds_the_same_log_another_is_refused_with_it(clock):
    goal_id = new_goal()["id"]
    first = ok(log(goal_id, notes="First"), 201)
    clock.advance(minutes=5)
    again = ok(log(goal_id, notes="First"), 201)
    assert (again.data, again.json["meta"]["replayed"]) == (first.data, True)
    other = log(goal_id, request_id="other", notes="Second")
    assert (other.status, other.code, other.data) == (409, "ALREADY_LOGGED", first.data)
    dated = log(goal_id, date=TODAY)
    assert (dated.status, dated.data) == (201, first.data)
    assert len(events("GoalLogged")) == 1


@pytest.mark.covers("X-A-21")
def test_a_retry_after_midnight_does_not_log_the_next_day(clock):
    profile(grace=60)
    goal_id = new_goal()["id"]
    clock.at = START.replace(hour=23, minute=59, second=59)
    first = ok(log(goal_id), 201)
    for seconds in (2, 3700, 90_000):
        clock.at = START.replace(hour=23, minute=59, second=59) + timedelta(seconds=seconds)
        assert ok(log(goal_id), 201).data["date"] == first.data["date"] == TODAY
    assert list(outcomes(goal_id)) == [TODAY]


def test_the_idempotency_key_stands_in_for_a_request_id():
    goal_id = new_goal()["id"]
    body = {"goalId": goal_id, "completed": True}
    answers = [call("accountability.log_day", body=body, caller=USER, key="k", request_id=str(at)) for at in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].data == answers[1].data


@pytest.mark.covers("X-A-18")
def test_yesterday_can_be_logged_until_the_grace_is_over(clock):
    profile(grace=120)
    goal_id = new_goal()["id"]
    clock.at = START.replace(day=2, hour=1)
    assert ok(log(goal_id), 201).data["date"] == TODAY
    assert ok(log(goal_id, request_id="b"), 201).data["date"] == TOMORROW
    assert numbers(goal_id)[0] == 1
    pass_days(goal_id, clock)
    assert numbers(goal_id)[0] == 2
    assert ok(edit(goal_id, TOMORROW, completed=False)).data["completed"] is False
    assert numbers(goal_id)[:2] == (0, 1)


@pytest.mark.covers("X-A-18")
def test_who_logged_today_is_not_told_of_for_yesterday(clock):
    profile(grace=120)
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock)
    clock.at = START.replace(day=3, hour=1)
    ok(log(goal_id, date=DAY_AFTER), 201)
    assert topics() == {f"run:{goal_id}:{TODAY}"}
    assert events("GoalLogged")[0]["ended_run"] == TODAY
    pass_days(goal_id, clock)
    assert outcomes(goal_id) == {TODAY: "MISSED", TOMORROW: "MISSED", DAY_AFTER: None}
    assert numbers(goal_id) == (1, 1, 0, None)
    assert [event["date"] for event in events("DayMissed")] == [TODAY]
    ok(log(goal_id, date=TOMORROW, request_id="late"), 201)
    assert numbers(goal_id) == (2, 2, 0, None)


def test_a_day_that_has_not_begun_or_is_long_gone_is_refused(clock):
    goal_id = new_goal()["id"]
    for date in (TOMORROW, "2026-02-28", "9999-12-31", "0001-01-01"):
        answer = log(goal_id, date=date)
        assert (answer.status, answer.code) == (409, "DAY_NOT_OPEN"), date
        assert [one["field"] for one in answer.json["error"]["details"]] == ["date"]
    pass_days(goal_id, clock, 9)
    assert log(goal_id, date=TOMORROW).code == "DAY_NOT_OPEN"
    assert ok(log(goal_id, date=DAY_AFTER), 201).data["outcome"] == "LOGGED"


@pytest.mark.parametrize(
    "body",
    [
        {"date": "2026-02-30"},
        {"date": "20260301"},
        {"date": 20260301},
        {"completed": "yes"},
        {"completed": None},
        {"notes": "x" * 2001},
        {"photo": "vid_01jq4w8z7xkq3v9n2m5t6r8c1d"},
        {"photo": "../usr_bob/pho_1"},
        {"requestId": ""},
        {"unknown": 1},
    ],
)
def test_a_log_refuses_what_makes_no_sense(body):
    goal_id = new_goal()["id"]
    assert log(goal_id, **body).status == 400


def test_somebody_elses_log_is_not_found():
    goal_id = new_goal()["id"]
    ok(log(goal_id), 201)
    path = {"goal_id": goal_id}
    assert edit(goal_id, TODAY, OTHER, completed=False).status == 404
    assert call("accountability.list_logs", path=path, caller=OTHER).status == 404
    assert call("accountability.list_revisions", path=path | {"date": TODAY}, caller=OTHER).status == 404


@pytest.mark.covers("X-A-15")
def test_a_log_ends_the_run_in_its_own_transaction(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 3)
    assert numbers(goal_id) == (0, 0, 3, TODAY)
    ok(log(goal_id, completed=False), 201)
    assert numbers(goal_id) == (0, 0, 0, None)
    assert topics() == {f"run:{goal_id}:{TODAY}"}
    assert events("GoalLogged")[0]["ended_run"] == TODAY


@pytest.mark.covers("S-A-10", "X-A-21")
def test_an_edit_keeps_what_was_said_before(clock):
    goal_id = new_goal()["id"]
    ok(log(goal_id, notes="First"), 201)
    clock.advance(hours=1)
    answer = ok(edit(goal_id, TODAY, completed=False, notes=None))
    assert (answer.data["completed"], answer.data["notes"], answer.data["revision"]) == (False, None, 1)
    assert answer.json["meta"]["streak"] == 0
    ok(edit(goal_id, TODAY, request_id="e2", completed=True))
    path = {"goal_id": goal_id, "date": TODAY}
    revisions = ok(call("accountability.list_revisions", path=path, caller=USER)).data
    assert [(one["revision"], one["completed"], one["notes"], one["changedBy"]) for one in revisions] == [
        (1, True, "First", "usr_ada"),
        (2, False, None, "usr_ada"),
    ]
    # The request that made the log still finds it.
    assert ok(log(goal_id, notes="First"), 201).data["revision"] == 2


def test_an_edit_needs_a_log_and_something_to_change(clock):
    goal_id = new_goal()["id"]
    assert edit(goal_id, TODAY, completed=True).status == 404
    assert edit(goal_id, "2026-02-31", completed=True).status == 400
    assert edit(goal_id, TODAY).status == 400
    ok(log(goal_id), 201)
    pass_days(goal_id, clock, 8)
    assert edit(goal_id, TODAY, completed=True, request_id="late").code == "DAY_NOT_OPEN"


@pytest.mark.covers("X-A-22")
def test_a_forgotten_log_mends_streak_and_run(clock):
    goal_id = new_goal()["id"]
    ok(log(goal_id), 201)
    pass_days(goal_id, clock, 1)
    ok(log(goal_id, request_id="b"), 201)
    pass_days(goal_id, clock, 2)
    assert numbers(goal_id) == (0, 2, 1, DAY_AFTER)
    mended = ok(log(goal_id, request_id="c", date=DAY_AFTER), 201)
    assert (mended.data["outcome"], mended.data["revision"]) == ("LOGGED", 1)
    assert numbers(goal_id) == (3, 3, 0, None)
    assert topics() == {f"run:{goal_id}:{DAY_AFTER}"}
    path = {"goal_id": goal_id, "date": DAY_AFTER}
    (revision,) = ok(call("accountability.list_revisions", path=path, caller=USER)).data
    assert (revision["outcome"], revision["completed"]) == ("MISSED", None)


@pytest.mark.covers("X-A-22")
def test_a_correction_in_the_middle_of_a_run_leaves_what_came_after(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 3)
    ok(log(goal_id, date=TOMORROW), 201)
    assert numbers(goal_id) == (0, 1, 1, DAY_AFTER)
    assert topics() == {f"run:{goal_id}:{TODAY}"}
    assert events("GoalLogged")[0]["ended_run"] == TODAY
    pass_days(goal_id, clock, 1)
    last = max(events("DayMissed"), key=lambda event: event["date"])
    assert (last["days_missed"], last["missed_since"]) == (2, DAY_AFTER)


def test_a_correction_does_not_take_a_withdrawn_run_back(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 2)
    ok(call("accountability.pause_goal", path={"goal_id": goal_id}, body={"from": "2026-03-04"}, caller=USER))
    pass_days(goal_id, clock, 1)
    assert numbers(goal_id)[2:] == (0, None)
    ok(log(goal_id, date=TODAY), 201)
    assert numbers(goal_id)[2:] == (0, None)


def test_an_edit_of_a_weekly_goal_takes_misses_back(clock):
    goal_id = new_goal(frequency={"kind": "PER_WEEK", "n": 1})["id"]
    pass_days(goal_id, clock, 1)
    assert outcomes(goal_id) == {TODAY: "REST"}
    pass_days(goal_id, clock, 7)
    assert outcomes(goal_id)["2026-03-08"] == "MISSED"
    ok(log(goal_id, date="2026-03-05"), 201)
    assert outcomes(goal_id)["2026-03-08"] == "REST"
    assert numbers(goal_id) == (1, 1, 0, None)


@pytest.mark.covers("S-A-30")
def test_milestones_are_told_once_in_a_streak(clock):
    goal_id = new_goal()["id"]
    for number in range(8):
        ok(log(goal_id, request_id=str(number)), 201)
        if number == 6:
            ok(edit(goal_id, "2026-03-07", completed=False))
            ok(edit(goal_id, "2026-03-07", completed=True, request_id="e2"))
        pass_days(goal_id, clock)
    assert events("MilestoneReached") == [{"user_id": "usr_ada", "goal_id": goal_id, "date": "2026-03-07", "days": 7}]
    assert numbers(goal_id)[0] == 8


@pytest.mark.covers("X-A-39")
def test_an_accepted_dispute_excuses_the_day(clock):
    goal_id = new_goal()["id"]
    ok(log(goal_id), 201)
    pass_days(goal_id, clock, 2)
    assert numbers(goal_id) == (0, 1, 1, TOMORROW)
    assert excuse_day("usr_ada", goal_id, TOMORROW, by="usr_guide", now=clock.now())
    assert not excuse_day("usr_ada", goal_id, TOMORROW, by="usr_guide", now=clock.now())
    assert numbers(goal_id) == (1, 1, 0, None)
    assert outcomes(goal_id)[TOMORROW] == "EXCUSED"
    assert topics() == {f"run:{goal_id}:{TOMORROW}", f"day:{goal_id}:{TOMORROW}"}
    assert [event["reason"] for event in events("RunWithdrawn")] == ["DISPUTED"]


@pytest.mark.covers_partly(
    "X-A-32", missing="there is no chat with a guide or an AI yet, so words in one are not looked at"
)
def test_words_of_danger_hold_the_goal_and_name_a_line(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 2)
    answer = ok(log(goal_id, notes=DANGER), 201)
    assert answer.json["meta"]["crisisLine"] == CRISIS_LINE
    assert goal_of(goal_id).held_at == clock.now()
    assert ok(call("accountability.read_goal", path={"goal_id": goal_id}, caller=USER)).data["held"]
    assert topics() == {f"run:{goal_id}:{TODAY}"}
    assert [(one["missed_since"], one["reason"]) for one in events("RunWithdrawn")] == [(TODAY, "CRISIS")]
    assert [one["ended_run"] for one in events("GoalLogged")] == [None]
    assert [one["date"] for one in events("CrisisSuspected")] == [DAY_AFTER]
    pass_days(goal_id, clock, 3)
    assert len(events("DayMissed")) == 2
    release("usr_ada", goal_id, heard=clock.now(), now=clock.now())
    assert numbers(goal_id)[2:] == (0, None)
    pass_days(goal_id, clock, 1)
    last = max(events("DayMissed"), key=lambda event: event["date"])
    assert last["days_missed"] == 1


def test_words_of_danger_in_an_edit_hold_too():
    goal_id = new_goal()["id"]
    ok(log(goal_id), 201)
    assert "crisisLine" in ok(edit(goal_id, TODAY, notes=DANGER)).json["meta"]
    assert goal_of(goal_id).held_at


@pytest.mark.covers("X-A-32")
def test_words_of_danger_in_an_older_log_stop_the_run_that_goes_on(clock):
    goal_id = new_goal()["id"]
    ok(log(goal_id), 201)
    pass_days(goal_id, clock, 2)
    ok(edit(goal_id, TODAY, notes=DANGER))
    assert topics() == {f"run:{goal_id}:{TOMORROW}"}
    assert [(one["missed_since"], one["reason"]) for one in events("RunWithdrawn")] == [(TOMORROW, "CRISIS")]
    assert numbers(goal_id)[2:] == (0, None)


def offline(*logs, status=200):
    return ok(call("accountability.merge_logs", body={"logs": list(logs)}, caller=USER), status)


def written(goal_id, date, at, request_id, **body):
    return {
        "goalId": goal_id,
        "date": date,
        "recordedAt": at,
        "requestId": request_id,
        "completed": True,
    } | body


@pytest.mark.covers("S-A-62")
def test_of_two_logs_from_offline_the_later_stands_in_any_order(clock):
    goals = [new_goal(key=f"goal-{number}")["id"] for number in range(2)]
    for goal_id in goals:
        pass_days(goal_id, clock, 1)
    clock.at = START + timedelta(days=1)
    states = []
    for goal_id, order in zip(goals, ((0, 1), (1, 0)), strict=True):
        both = [
            written(goal_id, TODAY, "2026-03-01T20:00:00Z", "a", notes="Early", completed=False),
            written(goal_id, TODAY, "2026-03-01T21:00:00Z", "b", notes="Late"),
        ]
        for at in order:
            offline(both[at])
        day = day_of(goal_id, TODAY)
        states.append((day.notes, day.completed, day.request_id, day.outcome, *numbers(goal_id)))
        assert [one["result"] for one in offline(*both).data] == ["SUPERSEDED", "REPLAYED"]
    assert states[0] == states[1] == ("Late", True, "b", "LOGGED", 1, 1, 0, None)


@pytest.mark.covers("S-A-62")
def test_each_log_from_offline_is_answered_by_itself(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 2)
    answer = offline(
        written(goal_id, DAY_AFTER, "2026-03-03T00:30:00Z", "c"),
        written(goal_id, "2026-02-01", "2026-02-01T10:00:00Z", "old"),
        written("gol_none", TODAY, "2026-03-01T10:00:00Z", "none"),
        written(goal_id, TODAY, "2026-03-04T10:00:00Z", "future"),
        written(goal_id, TODAY, "2026-03-01T10:00:00Z", "a", notes=DANGER),
    )
    assert [(one["requestId"], one["result"], one["code"]) for one in answer.data] == [
        ("c", "LOGGED", None),
        ("old", "REFUSED", "DAY_NOT_OPEN"),
        ("none", "REFUSED", "NOT_FOUND"),
        ("future", "REFUSED", "CLOCK_AHEAD"),
        ("a", "LOGGED", None),
    ]
    assert answer.json["meta"] == {"crisisLine": CRISIS_LINE}
    assert outcomes(goal_id) == {TODAY: "LOGGED", TOMORROW: "MISSED", DAY_AFTER: None}


@pytest.mark.parametrize("count", [0, 26])
def test_a_batch_has_one_to_twenty_five_logs(count):
    logs = [written("gol_1", TODAY, "2026-03-01T10:00:00Z", str(number)) for number in range(count)]
    assert call("accountability.merge_logs", body={"logs": logs}, caller=USER).status == 400


@pytest.mark.covers("S-A-09", "S-P-27")
def test_days_are_listed_by_date_page_by_page(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock, 5)
    assert [one["date"][-2:] for one in listed(goal_id).data] == ["05", "04", "03", "02", "01"]
    between = listed(goal_id, **{"from": TOMORROW, "to": "2026-03-04", "limit": "2"})
    assert [one["date"][-2:] for one in between.data] == ["04", "03"]
    cursor = between.json["pagination"]["nextCursor"]
    rest = listed(goal_id, **{"from": TOMORROW, "to": "2026-03-04", "limit": "2", "cursor": cursor})
    assert [one["date"][-2:] for one in rest.data] == ["02"]
    other = call("accountability.list_logs", path={"goal_id": goal_id}, query={"cursor": cursor}, caller=USER)
    assert other.status == 400
    assert_sorts(call, "accountability.list_logs", USER, path={"goal_id": goal_id})
    backwards = {"from": TOMORROW, "to": TODAY}
    refused = call("accountability.list_logs", path={"goal_id": goal_id}, query=backwards, caller=USER)
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "from")
    bad = call("accountability.list_logs", path={"goal_id": goal_id}, query={"from": "2026-13-01"}, caller=USER)
    assert bad.status == 400
