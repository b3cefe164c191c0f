"""Days end by themselves: the sweep hands over, the worker settles, outages excuse, the auditor finds what was lost."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.accountability.goals import audit, days, outages
from shared.accountability.goals.items import Goal, Outage
from shared.accountability.items import goal_pk
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from tests.calls import call
from tests.clock import START
from tests.handlers.accountability.goals.conftest import (
    ADMIN,
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
)
from tests.triggers import due_event, queue_event, schedule_event

DONE = {"batchItemFailures": []}
TOMORROW = "2026-03-02"


def key(goal_id):
    return "USER#usr_ada", f"GOAL#{goal_id}"


def close(invoke, goal_id):
    assert invoke("accountability.close_day", due_event(key(goal_id))) == DONE


def instant(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.covers("S-A-65", "X-A-19")
def test_a_day_is_settled_once_when_it_is_over(invoke, clock):
    goal_id = new_goal()["id"]
    clock.at = instant("2026-03-01T23:59:59+00:00")
    close(invoke, goal_id)
    assert outcomes(goal_id) == {}
    clock.at = instant("2026-03-02T00:00:00+00:00")
    for _ in range(3):
        close(invoke, goal_id)
    day = day_of(goal_id, TODAY)
    assert (day.outcome, day.zone, day.missed_run, day.closed_at) == ("MISSED", "UTC", 1, clock.now())
    assert events("DayMissed") == [
        {"user_id": "usr_ada", "goal_id": goal_id, "date": TODAY, "days_missed": 1, "missed_since": TODAY}
    ]
    assert len(events("GoalProgressed")) == 1
    goal = goal_of(goal_id)
    assert (goal.open_day, goal.due_at) == (TOMORROW, instant("2026-03-03T00:00:00+00:00"))


def test_a_goal_that_is_not_there_is_no_matter(invoke):
    close(invoke, "none")


def test_days_follow_one_by_one_after_a_silence(invoke, clock):
    goal_id = new_goal()["id"]
    clock.advance(days=5)
    close(invoke, goal_id)
    assert list(outcomes(goal_id)) == [f"2026-03-0{day}" for day in range(1, 6)]
    assert sorted(event["days_missed"] for event in events("DayMissed")) == [1, 2, 3, 4, 5]


def test_one_call_settles_so_many_days_at_most(invoke, clock, monkeypatch):
    monkeypatch.setattr(days, "CATCH_UP", 3)
    goal_id = new_goal()["id"]
    clock.advance(days=5)
    assert log(goal_id).code == "UNAVAILABLE"
    assert len(outcomes(goal_id)) == 3
    close(invoke, goal_id)
    assert len(outcomes(goal_id)) == 5


def test_who_logs_settles_what_is_overdue_first(clock):
    goal_id = new_goal()["id"]
    clock.advance(days=2)
    answer = ok(log(goal_id), 201)
    assert answer.data["date"] == "2026-03-03"
    assert outcomes(goal_id) == {TODAY: "MISSED", TOMORROW: "MISSED", "2026-03-03": None}
    assert events("GoalLogged")[0]["ended_run"] == TODAY


@pytest.mark.covers("X-A-18", "D-26")
def test_a_day_stays_open_for_its_grace(invoke, clock):
    profile(zone="America/New_York", dayStart=180, grace=90)
    goal_id = new_goal()["id"]
    # It is 4:30 in New York.
    assert goal_of(goal_id).open_day == TODAY
    clock.at = instant("2026-03-02T04:29:59-05:00")
    close(invoke, goal_id)
    assert outcomes(goal_id) == {}
    clock.at = instant("2026-03-02T04:30:00-05:00")
    close(invoke, goal_id)
    assert outcomes(goal_id) == {TODAY: "MISSED"}


@pytest.mark.covers("X-A-19", "S-A-52")
def test_another_zone_begins_with_the_next_day_and_history_keeps_the_old(clock):
    profile(zone="America/New_York")
    goal_id = new_goal()["id"]
    profile(zone="Pacific/Auckland")
    pass_days(goal_id, clock, 3)
    zones = [day_of(goal_id, date).zone for date in (TODAY, TOMORROW, "2026-03-03")]
    assert zones == ["America/New_York", "Pacific/Auckland", "Pacific/Auckland"]
    # Six hours were left of the second of March after the flight.
    assert outcomes(goal_id) == {TODAY: "MISSED", TOMORROW: "EXCUSED", "2026-03-03": "MISSED"}
    assert goal_of(goal_id).missed_run == 2


def test_nobody_misses_the_last_hours_of_a_day_on_which_a_goal_begins(clock):
    clock.at = START.replace(hour=12, minute=1)
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock)
    assert outcomes(goal_id) == {TODAY: "EXCUSED"}


def test_the_sweep_hands_over_what_ends_in_the_next_minute(invoke, clock, due_queues):
    goal_id = new_goal()["id"]
    clock.at = instant("2026-03-01T23:57:00+00:00")
    invoke("accountability.sweep_days", schedule_event())
    assert due_queues.taken() == []
    clock.at = instant("2026-03-01T23:59:00+00:00")
    invoke("accountability.sweep_days", schedule_event())
    (message,) = due_queues.taken()
    assert (message.queue, message.seconds) == ("test-wellspring-due-day", 60)
    assert (message.body["pk"], message.body["sk"]) == key(goal_id)


@pytest.mark.covers("X-A-23")
def test_a_gap_between_sweeps_is_an_outage_and_excuses_the_day(invoke, clock, due_queues):
    goal_id = new_goal()["id"]
    for minute in (0, 1, 11, 60):
        clock.at = START.replace(hour=22, minute=0) + timedelta(minutes=minute)
        invoke("accountability.sweep_days", schedule_event())
    (found,) = reads.query(Outage, Outage.pk == "OUTAGES").load(Outage)
    assert (found.began_at.minute, found.ended_at.hour, found.source) == (11, 23, "heartbeat")
    pass_days(goal_id, clock, 2)
    assert outcomes(goal_id) == {TODAY: "EXCUSED", TOMORROW: "MISSED"}
    assert [event["date"] for event in events("DayMissed")] == [TOMORROW]


def test_two_sweeps_of_one_minute_are_one_heartbeat(clock):
    for _ in range(2):
        outages.beat(now=clock.now())
    outages.beat(now=clock.now() - timedelta(minutes=1))
    clock.advance(minutes=10)
    outages.beat(now=clock.now())
    assert reads.query(Outage, Outage.pk == "OUTAGES").items == ()


@pytest.mark.covers("X-A-23")
def test_staff_report_an_outage(clock):
    goal_id = new_goal()["id"]
    body = {"from": "2026-03-01T19:00:00+00:00", "to": "2026-03-01T19:30:00Z"}
    assert call("accountability.report_outage", body=body, caller=ADMIN).status == 400, "it is not over"
    clock.at = START.replace(hour=20)
    answer = ok(call("accountability.report_outage", body=body, caller=ADMIN), 201)
    assert answer.data == {"from": "2026-03-01T19:00:00.000Z", "to": "2026-03-01T19:30:00.000Z"}
    pass_days(goal_id, clock)
    assert outcomes(goal_id) == {TODAY: "EXCUSED"}
    backwards = {"from": body["to"], "to": body["from"]}
    assert call("accountability.report_outage", body=backwards, caller=ADMIN).status == 400
    assert call("accountability.report_outage", body=body, caller=USER).status == 403


@pytest.mark.covers("X-A-23")
def test_an_outage_that_is_reported_later_excuses_days_that_were_missed_by_it(invoke, clock, due_queues):
    made = [new_goal(key=f"goal-{number}")["id"] for number in range(3)]
    ok(log(made[1]), 201)
    clock.at = START.replace(day=3, hour=1)
    for goal_id in made:
        close(invoke, goal_id)
    assert goal_of(made[0]).missed_run == 2
    body = {"from": "2026-03-02T10:00:00Z", "to": "2026-03-02T10:30:00Z"}
    ok(call("accountability.report_outage", body=body, caller=ADMIN), 201)
    invoke("accountability.sweep_days", schedule_event())
    (message,) = [message for message in due_queues.taken() if message.queue.endswith("due-outage")]
    for _ in range(2):
        event = due_event((message.body["pk"], message.body["sk"]))
        assert invoke("accountability.excuse_days", event) == DONE
    assert [outcomes(goal_id) for goal_id in made] == [
        {TODAY: outcome, TOMORROW: "EXCUSED"} for outcome in ("MISSED", "LOGGED", "MISSED")
    ]
    assert (goal_of(made[0]).missed_run, goal_of(made[1]).missed_run, goal_of(made[1]).streak) == (1, 0, 1)
    assert [event["reason"] for event in events("RunWithdrawn")] == ["CORRECTED"]
    invoke("accountability.sweep_days", schedule_event())
    assert due_queues.taken() == []


def test_an_old_outage_is_refused(clock):
    clock.advance(days=40)
    body = {"from": "2026-03-01T19:00:00Z", "to": "2026-03-01T20:00:00Z"}
    assert call("accountability.report_outage", body=body, caller=ADMIN).status == 400


@pytest.mark.covers("X-A-20")
def test_a_week_is_judged_by_its_days(clock):
    goal_id = new_goal(frequency={"kind": "PER_WEEK", "n": 2})["id"]
    pass_days(goal_id, clock, 4)
    ok(log(goal_id), 201)
    pass_days(goal_id, clock, 4)
    assert list(outcomes(goal_id).values()) == ["REST"] * 4 + ["LOGGED", "REST", "REST", "MISSED"]


def forget(goal_id, *names):
    request = {"UpdateExpression": "REMOVE " + ", ".join(names)}
    dynamodb().update_item(TableName=Goal.table(), Key=Goal.key(*key(goal_id)), **request)


def audited(invoke, clock):
    """Run the auditor over every part of its walk."""
    return [audit.audit(now=clock.now()) for _ in range(8)]


def test_the_auditor_arms_what_lost_its_deadline(clock, due_queues):
    profile(grace=30)
    goal_id, whole = new_goal()["id"], new_goal(key="other")["id"]
    before = goal_of(goal_id), goal_of(whole)
    forget(goal_id, "due_shard", "due_at")
    assert sum(rearmed for _, rearmed in audited(None, clock)) == 1
    after = goal_of(goal_id)
    assert (after.due_at, after.due_shard) == (before[0].due_at, before[0].due_shard)
    assert goal_of(whole).version == before[1].version
    assert sum(rearmed for _, rearmed in audited(None, clock)) == 0


def test_the_auditor_mends_an_impossible_deadline(clock, due_queues):
    goal_id = new_goal()["id"]
    dynamodb().update_item(
        TableName=Goal.table(),
        Key=Goal.key(*key(goal_id)),
        UpdateExpression="SET due_at = :never",
        ExpressionAttributeValues={":never": {"N": "9999999999999"}},
    )
    assert sum(rearmed for _, rearmed in audited(None, clock)) == 1
    assert goal_of(goal_id).due_at == instant("2026-03-02T00:00:00+00:00")


def test_the_auditor_leaves_completed_and_deleted_goals_alone(clock, due_queues):
    done, gone = new_goal()["id"], new_goal(key="other")["id"]
    ok(call("accountability.complete_goal", path={"goal_id": done}, caller=USER))
    ok(call("accountability.delete_goal", path={"goal_id": gone}, caller=USER))
    assert audited(None, clock) == [(0, 0)] * 8


def test_the_auditor_hands_over_again_what_is_overdue(invoke, clock, due_queues):
    goal_id = new_goal()["id"]
    clock.at = instant("2026-03-02T00:02:00+00:00")
    invoke("accountability.audit_days", schedule_event())
    assert due_queues.taken()[0].body["pk"] == key(goal_id)[0]
    clock.at = instant("2026-03-02T00:01:59+00:00")
    assert audit.audit(now=clock.now()) == (0, 0)


def test_the_walk_goes_on_where_it_stopped(clock, due_queues, monkeypatch):
    monkeypatch.setattr(audit, "PAGE", 1)
    made = [new_goal(key=f"goal-{number}")["id"] for number in range(6)]
    for goal_id in made:
        forget(goal_id, "due_shard", "due_at")
    assert sum(audit.audit(now=clock.now())[1] for _ in range(20)) == 6


@pytest.mark.covers("S-A-58")
def test_progress_is_told_live(invoke, told, clock):
    from shared.accountability.events import GoalProgressed

    event = GoalProgressed(user_id="usr_ada", goal_id="gol_1", date=TODAY, streak=3, longest_streak=9)
    assert invoke("accountability.push_progress", queue_event(event)) == DONE
    assert told == [
        (
            "user:usr_ada",
            "goal.progress",
            {"goalId": "gol_1", "date": TODAY, "streak": 3, "longestStreak": 9},
        )
    ]


def test_escalations_mark_on_a_day_outlives_its_correction(clock):
    goal_id = new_goal()["id"]
    pass_days(goal_id, clock)
    dynamodb().update_item(
        TableName=Goal.table(),
        Key={"pk": {"S": goal_pk(goal_id)}, "sk": {"S": f"DAY#{TODAY}"}},
        UpdateExpression="SET escalation_state = :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert ok(log(goal_id, date=TODAY), 201).data["escalationState"] == 1
    assert day_of(goal_id, TODAY).escalation_state == 1
