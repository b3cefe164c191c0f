"""Missed days through the functions that follow them: who is told or asked, once, and what stops it."""

import json
from datetime import timedelta

import pytest

from shared.accountability.escalation import steps
from shared.accountability.events import EscalationStarted, StepRun, StepSkipped
from shared.accountability.items import DOMAIN, goal_pk, user_pk
from shared.accountability.policies import rules as policy_rules
from shared.accountability.team.items import Case, Partner, partner_sk
from shared.kernel.config import settings
from shared.kernel.events import OutboxItem
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Update, commit
from shared.messaging import close_topic
from tests import escalations as world
from tests.clock import START
from tests.triggers import due_event, queue_event, schedule_event

DONE = {"batchItemFailures": []}
THREE = ("ptn_ben", "ptn_cleo", "ptn_dan")


@pytest.fixture(autouse=True)
def people(aws):
    world.put_member()
    world.put_goal()
    for partner_id in THREE:
        world.put_partner(partner_id)


def follow(invoke, number, **options):
    event = world.miss(number, **options)
    assert invoke("accountability.start_escalation", queue_event(event)) == DONE
    return event


def told(kind=None):
    return [(one.date, one.step, one.recipient_id) for one in world.contacts() if kind in {None, one.type}]


def asked(number):
    return [one.partner_id for one in world.contacts() if one.date == world.day(number) and "checkin" in one.type]


def standing(number):
    return [(row.number, row.round, row.status, row.reason) for row in world.steps() if row.date == world.day(number)]


def messages():
    items = dynamodb().scan(TableName=settings().table("messaging"))["Items"]
    return [item for item in items if item["sk"]["S"] == "MESSAGE"]


def sent_events(model):
    items = dynamodb().scan(TableName=settings().table(DOMAIN))["Items"]
    found = [OutboxItem.load(item) for item in items if item["sk"]["S"] == "OUTBOX"]
    return [model.model_validate_json(item.data) for item in found if item.type == model.__name__]


@pytest.mark.covers_partly("S-A-37", missing="there is no AI step before the human one")
@pytest.mark.covers("S-A-18", "S-A-24", "S-A-07")
def test_day_one_asks_the_staff_and_tells_every_partner_without_an_ask(invoke):
    follow(invoke, 1)
    assert standing(1) == [(1, "00", "DONE", None), (2, "00", "DONE", None)]
    assert told() == [(world.FIRST, "02", partner_id) for partner_id in THREE]
    assert {one.type for one in world.contacts()} == {"emergency_support_team_notification"}
    (case,) = [
        item for item in dynamodb().scan(TableName=settings().table(DOMAIN))["Items"] if item["sk"]["S"] == "CASE"
    ]
    case = Case.load(case)
    assert (case.kind, case.case_status, case.user_id, case.date) == ("OUTREACH", "OPEN", world.USER, world.FIRST)
    assert {item["template"]["S"] for item in messages()} == {"escalation.day-1"}
    assert [event.step for event in sorted(sent_events(StepRun), key=lambda one: one.step)] == [1, 2]
    assert len(sent_events(EscalationStarted)) == 1


@pytest.mark.covers("S-A-18", "S-A-07")
def test_a_guide_is_told_before_the_partners(invoke):
    world.put_member(guide_id="usr_guide")
    follow(invoke, 1)
    (guide,) = [one for one in world.contacts() if one.type == "progress_team_outreach"]
    assert (guide.recipient_id, guide.partner_id, guide.step) == ("usr_guide", None, "01")
    (message,) = [item for item in messages() if item["recipient_id"]["S"] == "usr_guide"]
    assert (message["category"]["S"], message["template"]["S"]) == ("guide", "guide.outreach")


@pytest.mark.covers("S-A-19", "S-A-20", "S-A-21", "S-A-22", "S-A-33", "D-03", "D-04")
def test_a_week_of_missed_days(invoke, clock):
    world.put_partner("ptn_eve")
    world.put_partner("ptn_fay")
    world.put_partner("ptn_gil")
    found = []
    for number in range(1, 10):
        follow(invoke, number, at=clock.now())
        found.append(asked(number))
        clock.advance(days=1)
    assert [len(one) for one in found] == [0, 1, 2, 3, 4, 5, 6, 6, 6]
    assert found[1:4] == [["ptn_ben"], ["ptn_cleo", "ptn_dan"], ["ptn_eve", "ptn_fay", "ptn_gil"]]
    assert found[4] == ["ptn_ben", "ptn_cleo", "ptn_dan", "ptn_eve"]
    templates = [item["template"]["S"] for item in sorted(messages(), key=lambda item: item["requested_at"]["N"])]
    assert list(dict.fromkeys(templates)) == [
        "escalation.day-1",
        "escalation.day-2",
        "escalation.day-3-plus",
        "escalation.week",
    ]
    assert world.partner("ptn_ben").ask_count == 0, "whom nothing has reached was not asked"


@pytest.mark.covers("X-A-35", "S-A-65")
def test_however_often_a_missed_day_is_told_it_is_followed_once(invoke):
    event = world.miss(2)
    assert invoke("accountability.start_escalation", queue_event(event, event, event)) == DONE
    invoke("accountability.start_escalation", queue_event(event))
    for row in world.steps():
        assert invoke("accountability.run_step", due_event((row.pk, row.sk), (row.pk, row.sk))) == DONE
    assert asked(2) == ["ptn_ben"]
    assert len(messages()) == 1
    assert len(sent_events(StepRun)) == 1


@pytest.mark.covers("S-A-23", "D-01", "X-A-04", "D-47")
def test_only_partners_who_agreed_are_active_and_back_the_goal_are_contacted(invoke):
    world.put_partner("ptn_invited", status="INVITED", consented=False)
    world.put_partner("ptn_left", status="LEFT")
    world.put_partner("ptn_removed", status="REMOVED")
    world.put_partner("ptn_unconsented", consented=False)
    world.put_partner("ptn_paused", status="PAUSED", paused_until=START + timedelta(days=3))
    world.put_partner("ptn_rested", status="PAUSED", paused_until=START - timedelta(days=3))
    world.put_partner("ptn_other", goals=["gol_other"])
    world.put_partner("ptn_this", goals=[world.GOAL])
    follow(invoke, 7)
    assert asked(7) == ["ptn_ben", "ptn_cleo", "ptn_dan", "ptn_rested", "ptn_this"]


@pytest.mark.covers("X-A-24")
def test_a_partner_reads_no_more_than_the_user_chose(invoke):
    world.put_partner("ptn_coworker", privacy="NEUTRAL")
    follow(invoke, 7)
    words = {item["recipient_id"]["S"]: item["variables"]["S"] for item in messages()}
    assert "morning run" not in words["ptn_coworker"]
    assert json.loads(words["ptn_coworker"])["goal"] == ""
    assert "morning run" in words["ptn_ben"]


def given_to(partner_id):
    return [json.loads(item["variables"]["S"]) for item in messages() if item["recipient_id"]["S"] == partner_id]


@pytest.mark.covers("D-26", "S-A-24")
def test_partners_read_which_day_was_missed_as_the_words_come_the_day_after(invoke):
    follow(invoke, 1)
    assert [words["day"] for words in given_to("ptn_ben")] == ["2026-02-28"]


@pytest.mark.covers("D-03", "S-A-26")
def test_partners_read_how_many_days_were_owed_and_missed_whatever_lies_between(invoke):
    world.put_member(guide_id="usr_guide")
    world.put_goal(frequency='{"kind": "WEEKDAYS", "weekdays": [5], "since": "2026-02-01"}')
    for number, date in [(1, "2026-02-28"), (2, "2026-03-07"), (3, "2026-03-14")]:
        follow(invoke, number, date=date)
    found = {item["template"]["S"]: json.loads(item["variables"]["S"])["days"] for item in messages()}
    assert found == {
        "guide.outreach": "1",
        "escalation.day-1": "1",
        "escalation.day-2": "2",
        "escalation.day-3-plus": "3",
    }


def test_a_message_of_a_day_makes_sense_until_the_next_day_could_be_missed(invoke):
    follow(invoke, 2, due_in=timedelta(hours=20))
    (message,) = messages()
    assert int(message["valid_until"]["N"]) == int((START + timedelta(hours=20)).timestamp() * 1000)
    assert {topic["S"] for topic in message["topics"]["L"]} == {
        f"run:{world.GOAL}:{world.FIRST}",
        f"day:{world.GOAL}:{world.day(2)}",
        "scope:ptn_ben:0",
    }
    assert message["about"]["S"] == f"contact:{world.GOAL}#{world.day(2)}#03#ptn_ben"
    assert message["subject_id"]["S"] == world.USER


@pytest.mark.covers("S-A-65")
def test_where_nobody_is_left_the_step_is_skipped_with_its_reason(invoke):
    for partner_id in THREE:
        world.put_partner(partner_id, status="LEFT")
    follow(invoke, 2)
    assert standing(2) == [(3, "00", "SKIPPED", "NOBODY")]
    (event,) = sent_events(StepSkipped)
    assert (event.step, event.reason) == (3, "NOBODY")
    assert [line.content for line in world.lines()] == ["There was nobody left to turn to."]


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "PAUSED"},
        {"status": "DELETED"},
        {"escalation_enabled": False},
        {"held_at": START},
    ],
)
@pytest.mark.covers("S-A-04", "X-A-17", "X-A-32")
def test_a_goal_that_is_not_to_be_followed_is_not(invoke, changed):
    world.put_goal(**changed)
    follow(invoke, 1)
    assert world.steps() == []
    assert world.escalation() is None
    assert messages() == []


@pytest.mark.covers("X-A-15")
def test_a_log_before_the_news_of_the_miss_leaves_nothing_to_do(invoke):
    event = world.miss(1)
    world.log()
    assert invoke("accountability.start_escalation", queue_event(event)) == DONE
    assert (world.steps(), world.contacts()) == ([], [])


@pytest.mark.covers("X-A-15", "X-A-17", "X-A-32")
@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        (world.log, "ENDED"),
        (lambda: world.withdraw("PAUSED"), "ENDED"),
        (lambda: world.withdraw("CRISIS"), "HELD"),
    ],
)
def test_a_planned_step_is_not_taken_once_the_run_is_over(invoke, clock, monkeypatch, stop, reason):
    planned = _wait_an_hour(invoke, monkeypatch)
    stop()
    clock.advance(hours=2)
    assert invoke("accountability.run_step", due_event(planned)) == DONE
    assert standing(2) == [(3, "00", "SKIPPED", reason)]
    assert messages() == []
    assert [event.reason for event in sent_events(StepSkipped)] == [reason]


def _wait_an_hour(invoke, monkeypatch):
    """Follow a second missed day by a plan whose step waits an hour; return the step's key."""

    steps_ = (policy_rules.Step(3, policy_rules.Who.PARTNERS, policy_rules.Kind.ASK, 2, 6, wait=60),)
    monkeypatch.setitem(policy_rules.SEEDED, "standard", steps_)
    follow(invoke, 2)
    (row,) = world.steps()
    assert (row.status, row.due_at) == ("PLANNED", START + timedelta(hours=1))
    return row.pk, row.sk


@pytest.mark.covers("X-O-05")
@pytest.mark.parametrize(("seconds", "late"), [(60, 0), (61, 1)])
def test_a_step_later_than_promised_is_counted(invoke, clock, monkeypatch, seconds, late):
    planned = _wait_an_hour(invoke, monkeypatch)
    found = []
    monkeypatch.setattr(steps.metrics(), "add_metric", lambda name, unit, value: found.append((name, value)))
    clock.advance(hours=1, seconds=seconds)
    assert invoke("accountability.run_step", due_event(planned)) == DONE
    assert [value for name, value in found if name == steps.LATE] == [late]


@pytest.mark.covers("X-A-16")
def test_a_step_that_waits_is_handed_over_when_it_is_due_and_not_taken_before(invoke, clock, monkeypatch, due_queues):
    planned = _wait_an_hour(invoke, monkeypatch)
    assert invoke("accountability.run_step", due_event(planned)) == DONE
    assert messages() == []
    invoke("accountability.sweep_steps", schedule_event())
    assert due_queues.taken() == []
    clock.advance(minutes=59)
    invoke("accountability.sweep_steps", schedule_event())
    (message,) = due_queues.taken()
    assert (message.queue, message.seconds) == ("test-wellspring-due-step", 60)
    clock.advance(minutes=1)
    assert invoke("accountability.run_step", due_event(planned)) == DONE
    assert standing(2) == [(3, "00", "DONE", None)]
    invoke("accountability.sweep_steps", schedule_event())
    assert due_queues.taken() == []


def test_a_step_of_a_day_that_the_next_missed_day_overtook_is_skipped(invoke, clock, monkeypatch):
    planned = _wait_an_hour(invoke, monkeypatch)
    clock.advance(days=1)
    world.miss(3, at=clock.now())
    assert invoke("accountability.run_step", due_event(planned)) == DONE
    assert standing(2) == [(3, "00", "SKIPPED", "OVERTAKEN")]


@pytest.mark.covers("X-A-16")
def test_a_run_keeps_the_plan_it_began_with(invoke, clock, monkeypatch):

    follow(invoke, 1)
    monkeypatch.setitem(
        policy_rules.SEEDED, "standard", (policy_rules.Step(1, policy_rules.Who.ALL, policy_rules.Kind.ASK, 1),)
    )
    clock.advance(days=1)
    follow(invoke, 2, at=clock.now())
    assert asked(2) == ["ptn_ben"]
    assert world.escalation().policy_version == 1


def test_twenty_partners_are_asked_in_one_transaction(invoke, monkeypatch):
    for number in range(17):
        world.put_partner(f"ptn_more{number:02d}")
    sizes = []
    real = steps.transact
    monkeypatch.setattr(steps, "transact", lambda writes: (sizes.append(len(writes)), real(writes)))
    follow(invoke, 7)
    assert len(asked(7)) == 20
    assert sizes == [86]


@pytest.mark.covers("X-A-14", "X-A-35")
def test_a_partner_who_changes_while_they_are_chosen_is_looked_at_again(invoke, monkeypatch):
    real, left = steps.transact, []

    def leave_first(writes):
        if not left:
            left.append(True)
            change = [Partner.status.set("LEFT"), Partner.version.set(2)]
            commit(Update(Partner, user_pk(world.USER), partner_sk("ptn_ben"), change))
        real(writes)

    monkeypatch.setattr(steps, "transact", leave_first)
    follow(invoke, 2)
    assert asked(2) == ["ptn_cleo"]


def test_an_answer_between_reading_and_writing_stops_the_step(invoke, monkeypatch):
    real, once = steps.transact, []

    def answer_first(writes):
        if not once:
            once.append(True)
            commit(close_topic(f"day:{world.GOAL}:{world.day(2)}", "ANSWERED", now=START))
        real(writes)

    monkeypatch.setattr(steps, "transact", answer_first)
    follow(invoke, 2)
    assert standing(2) == [(3, "00", "SKIPPED", "ANSWERED")]
    assert messages() == []


def test_what_keeps_changing_is_delivered_again(invoke, monkeypatch):
    real = steps.transact

    def always_late(writes):
        commit(Update(Partner, user_pk(world.USER), partner_sk("ptn_ben"), [Partner.version.add(1)]))
        real(writes)

    monkeypatch.setattr(steps, "transact", always_late)
    event = world.miss(2)
    answer = invoke("accountability.start_escalation", queue_event(event))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "msg-0"}]}
    monkeypatch.setattr(steps, "transact", real)
    (row,) = world.steps()
    assert row.status == "PLANNED"
    assert invoke("accountability.run_step", due_event((row.pk, row.sk))) == DONE
    assert asked(2) == ["ptn_ben"]


@pytest.mark.covers("D-04", "S-A-05")
def test_the_day_keeps_how_many_missed_days_were_told(invoke):
    from shared.accountability.goals.items import Day, day_sk

    follow(invoke, 3)
    assert reads.get(Day, goal_pk(world.GOAL), day_sk(world.day(3))).escalation_state == 3


def test_a_step_that_is_not_there_is_no_matter(invoke):
    assert invoke("accountability.run_step", due_event((goal_pk("gol_none"), "STEP#x"))) == DONE
