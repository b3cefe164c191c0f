"""What users and admins see of escalations: the timeline, contacts, plans, catalogue, the dry run."""

import pytest

from shared.accountability import timeline
from shared.accountability.escalation.items import Contact, Escalation
from shared.accountability.goals.items import Goal, goal_sk
from shared.accountability.items import goal_pk, user_pk
from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.reads import query_all
from shared.kernel.storage.writes import Put, Update, commit
from shared.kernel.text.speech import Sentence
from shared.messaging.items import AddressState, address_pk
from shared.messaging.limit_items import Sender, sender_pk
from shared.messaging.message_items import Attempt, attempt_sk, message_pk
from shared.messaging.templates.variables import kept
from tests import environment
from tests import escalations as world
from tests.clock import START
from tests.handlers.accountability.escalation.test_results import clears, contact, news, note, reply
from tests.handlers.accountability.escalation.test_steps import THREE, asked, follow, messages
from tests.lists import assert_sorts
from tests.outbox import sent
from tests.triggers import principal, queue_event

ADA = principal(world.USER, "accountability:use")
EVE = principal("usr_eve", "accountability:use")
ADMIN = principal("usr_admin", "accountability:manage")
PATH = {"goal_id": world.GOAL}


@pytest.fixture(autouse=True)
def people(aws, monkeypatch):
    monkeypatch.setenv("WELLSPRING_TWILIO_MESSAGING_SERVICE", "MG1")
    monkeypatch.setenv("WELLSPRING_TWILIO_VOICE_FROM", "+12125550100")
    monkeypatch.setenv("WELLSPRING_TWILIO_WHATSAPP_FROM", "+12125550100")
    environment.read_anew()
    world.put_member()
    world.put_goal(
        open_day="2026-03-01",
        open_zone="UTC",
        opened_at=START.replace(hour=0, minute=0),
        closes_at=START.replace(day=2, hour=0, minute=0),
        due_at=START.replace(day=2, hour=0, minute=0),
    )
    for partner_id in THREE:
        world.put_partner(partner_id)
    sender = Sender(
        pk=sender_pk("MG1"), sk=Sender.SK, sender="MG1", status="REGISTERED", changed_at=START, changed_by="usr_admin"
    )
    commit(Put(sender))
    yield
    environment.read_anew()


def everything():
    return [dynamodb().scan(TableName=settings().table(name))["Items"] for name in ("accountability", "messaging")]


@pytest.mark.covers("S-P-27", "S-A-09")
@pytest.mark.covers_partly(
    "S-A-06",
    missing="there is no AI persona and no planning session yet, so no line of theirs",
)
def test_the_timeline_is_ones_own_newest_first_and_paged(call, invoke, clock):
    follow(invoke, 2)
    note(invoke, _sent())
    clock.advance(minutes=1)
    reply(invoke, "DONE")
    first = call("accountability.list_interactions", caller=ADA, query={"limit": "1"})
    assert first.status == 200
    assert [line["content"] for line in first.data] == ["Ben has checked in with you."]
    assert first.data[0] | {"id": "int"} == {
        "id": "int",
        "type": "emergency_support_team_notification",
        "goalId": world.GOAL,
        "partnerId": "ptn_ben",
        "content": "Ben has checked in with you.",
        "metadata": {"answer": "DONE", "date": world.day(2)},
        "createdAt": "2026-03-01T09:31:00.000Z",
    }
    cursor = first.json["pagination"]["nextCursor"]
    rest = call("accountability.list_interactions", caller=ADA, query={"cursor": cursor, "limit": "1"})
    assert [line["content"] for line in rest.data] == ["Ben was asked to check in with you: you missed 2 days."]
    assert call("accountability.list_interactions", caller=EVE).data == []
    assert call("accountability.list_interactions", caller=EVE, query={"cursor": cursor}).status == 400
    of_goal = call("accountability.list_interactions", caller=ADA, query={"goalId": world.GOAL})
    assert len(of_goal.data) == 2
    assert_sorts(call, "accountability.list_interactions", ADA)
    assert_sorts(call, "accountability.list_interactions", ADA, query={"goalId": world.GOAL})
    assert call("accountability.list_interactions", caller=ADA, query={"goalId": "gol_other"}).data == []


@pytest.mark.parametrize(
    ("accepted", "said"),
    [
        ("es-MX, en;q=0.5", "{Ben} ya habló contigo. Escribió: «{listo}»"),
        ("en", "{Ben} has checked in with you. They wrote: “{listo}”"),
        ("fr", "{Ben} has checked in with you. They wrote: “{listo}”"),
    ],
)
def test_a_line_is_read_in_the_language_of_its_reader(call, accepted, said):
    content = Sentence("{name} has checked in with you.")
    names = {"name": "{Ben}"}
    commit(timeline.line(world.USER, timeline.PARTNERS, content, filled=names, quote="{listo}", matter="1", at=START))
    read = call("accountability.list_interactions", caller=ADA, headers={"accept-language": accepted}).data
    assert [line["content"] for line in read] == [said]


def test_a_line_that_leaves_nothing_open_is_translated_too(call):
    commit(
        timeline.line(
            world.USER, timeline.PARTNERS, Sentence("There was nobody left to turn to."), matter="1", at=START
        )
    )
    read = call("accountability.list_interactions", caller=ADA, headers={"accept-language": "es"}).data
    assert [line["content"] for line in read] == ["Ya no quedaba nadie a quien acudir."]


def test_a_line_from_before_is_read_as_it_was_written(call):
    before = "{Ben} has checked in with you."
    commit(timeline.line(world.USER, timeline.PARTNERS, Sentence(before), matter="1", at=START))
    read = call("accountability.list_interactions", caller=ADA, headers={"accept-language": "es"}).data
    assert [line["content"] for line in read] == [before]


def _sent():
    from shared.messaging.events import MessageSent

    return news(MessageSent)


@pytest.mark.covers("S-A-07", "S-A-34", "S-A-36")
def test_contacts_tell_what_was_said_and_what_came_of_it_but_not_the_partners_link(call, invoke):
    follow(invoke, 2)
    message_id = contact().message_id
    (message,) = messages()
    words = f"Hi Ben … Tell us whether you can: {kept(message['variables']['S'])['link'].address}secret."
    attempt = Attempt(
        pk=message_pk(message_id),
        sk=attempt_sk(1),
        message_id=message_id,
        attempt=1,
        channel="SMS",
        state="SENT",
        address="x",
        text=words,
        claimed_at=START,
        expires_at=START,
    )
    commit(Put(attempt))
    note(invoke, _sent())
    reply(invoke, "ACCEPTED")
    answer = call("accountability.list_contacts", caller=ADA, path=PATH)
    assert answer.data == [
        {
            "id": message_id,
            "date": world.day(2),
            "escalationDay": 2,
            "type": "emergency_support_team_checkin_request",
            "partnerId": "ptn_ben",
            "name": "Ben",
            "contactMethod": "SMS",
            "messageSent": "Hi Ben … Tell us whether you can: …",
            "responseReceived": "ACCEPTED",
            "respondedAt": "2026-03-01T09:30:00.000Z",
            "state": "SENT",
            "reason": None,
            "successful": True,
            "results": {"SMS": "SENT"},
            "contactedAt": "2026-03-01T09:30:00.000Z",
            "sentAt": "2026-03-01T09:30:00.000Z",
        }
    ]
    assert call("accountability.list_contacts", caller=EVE, path=PATH).code == "NOT_FOUND"


@pytest.mark.covers("S-P-27")
def test_contacts_and_escalations_are_read_from_either_end(call, invoke):
    follow(invoke, 2)
    for model in (Contact, Escalation):
        key = (model.pk == goal_pk(world.GOAL)) & model.sk.startswith(f"{model.__name__.upper()}#")
        (raw,) = query_all(model, key)
        other = model.load(dict(raw))
        first, _, rest = other.sk.partition("#")
        other.sk = f"{first}#2025-01-01{rest[10:]}"
        if model is Escalation:
            other.missed_since, other.escalation_id = "2025-01-01", "esc_before"
        else:
            other.message_id = "msg_before"
        commit(Put(other))
    for name in ("accountability.list_contacts", "accountability.list_escalations"):
        assert_sorts(call, name, ADA, path=PATH)
    oldest = call("accountability.list_escalations", caller=ADA, path=PATH, query={"sort": "oldest"})
    assert [bool(one["steps"]) for one in oldest.data] == [False, True]


@pytest.mark.covers("X-A-16")
def test_escalations_show_their_plan_and_their_steps(call, invoke):
    world.put_goal(policy="attentive")
    follow(invoke, 2)
    note(invoke, _sent())
    invoke("accountability.end_escalation", queue_event(world.log()))
    (shown,) = call("accountability.list_escalations", caller=ADA, path=PATH).data
    assert (shown["policy"], shown["policyVersion"], shown["status"], shown["reason"]) == (
        "attentive",
        1,
        "ENDED",
        "LOGGED",
    )
    assert [(step["number"], step["round"], step["status"], step["reason"]) for step in shown["steps"]] == [
        (3, "00", "DONE", None),
        (3, "01", "SKIPPED", "ENDED"),
    ]
    assert call("accountability.list_escalations", caller=EVE, path=PATH).code == "NOT_FOUND"
    assert clears() == ["ptn_ben"]


@pytest.mark.covers("X-A-49", "S-A-29")
def test_the_dry_run_tells_who_when_how_and_what_and_writes_nothing(call):
    mail = {"channels": ("EMAIL",), "phone": "+12125550199", "zone": "Asia/Kathmandu"}
    world.put_partner("ptn_mail", privacy="NEUTRAL", **mail)
    before = everything()
    answer = call("accountability.preview_escalation", caller=ADA, path=PATH)
    assert answer.status == 200, answer.text
    shown = answer.data
    assert [(day["date"], day["daysMissed"]) for day in shown["days"]][:2] == [("2026-03-01", 1), ("2026-03-02", 2)]
    names = [[one["name"] for one in day["contacts"]] for day in shown["days"]]
    assert names == [
        ["A member of our staff", "Ben", "Cleo", "Dan", "Mail"],
        ["Ben"],
        ["Cleo", "Dan"],
        ["Mail", "Ben", "Cleo"],
        ["Dan", "Ben", "Cleo", "Mail"],
        ["Ben", "Cleo", "Dan", "Mail"],
        ["Ben", "Cleo", "Dan", "Mail"],
    ]
    ben = shown["days"][0]["contacts"][1]
    assert (ben["channel"], ben["earliestAt"], ben["kind"]) == ("SMS", "2026-03-02T08:00:00.000Z", "NOTIFY")
    assert ben["words"].startswith('Hi Ben, this is Dataday. Ada missed logging their "morning run" on Sunday 1 March.')
    mail = shown["days"][0]["contacts"][4]
    assert (mail["channel"], mail["earliestAt"]) == ("EMAIL", "2026-03-02T02:15:00.000Z")
    assert "their goal on" in mail["words"]
    assert "morning run" not in mail["words"]
    assert everything() == before
    assert call("accountability.preview_escalation", caller=EVE, path=PATH).code == "NOT_FOUND"
    assert call("accountability.preview_escalation", caller=ADA, path=PATH, query={"days": "15"}).status == 400


def shown_of(call, name, **query):
    shown = call("accountability.preview_escalation", caller=ADA, path=PATH, query=query).data
    ours = [[one for one in day["contacts"] if one["name"] == name] for day in shown["days"]]
    return [[one["reason"] or one["channel"] for one in day] for day in ours]


@pytest.mark.covers("X-A-49", "X-A-12")
def test_the_dry_run_holds_to_the_caps_what_it_foresees_itself(call):
    for partner_id in ("ptn_cleo", "ptn_dan"):
        world.put_partner(partner_id, status="LEFT")
    assert shown_of(call, "Ben") == [["SMS"], ["SMS"], ["SMS"], ["SMS"], ["FREQUENCY"], ["FREQUENCY"], ["SMS"]]


@pytest.mark.covers("X-A-49", "X-A-14")
def test_the_dry_run_asks_the_next_in_the_place_of_who_was_asked_too_often(call):
    for partner_id in THREE[1:]:
        # The number of Ben's household.
        world.put_partner(partner_id, phone=world.phone_of("ptn_ben"))
    assert [shown_of(call, name, days="3")[2] for name in ("Ben", "Cleo", "Dan")] == [
        ["FREQUENCY"],
        ["SMS"],
        ["FREQUENCY"],
    ]


@pytest.mark.covers("X-A-49", "X-A-28")
@pytest.mark.parametrize(
    ("heard", "by"),
    [
        (None, ["EMAIL", "EMAIL"]),
        # At eight in the morning the 24 hours are over, or not.
        (START.replace(hour=7), ["EMAIL", "EMAIL"]),
        (START.replace(hour=9), ["WHATSAPP", "EMAIL"]),
    ],
)
def test_the_dry_run_knows_that_whatsapp_takes_our_words_in_a_conversation_only(call, heard, by):
    for partner_id in THREE:
        world.put_partner(partner_id, status="LEFT")
    world.put_partner("ptn_eve", channels=("WHATSAPP", "EMAIL"))
    world.put_partner("ptn_fay", channels=("WHATSAPP",), phone="+12125550198")
    if heard:
        pk = address_pk(world.phone_of("ptn_eve"))
        commit(Put(AddressState(pk=pk, sk=AddressState.SK, heard_at=heard)))
    assert [one for day in shown_of(call, "Eve", days="2") for one in day] == by
    assert shown_of(call, "Fay", days="1") == [["WHATSAPP_WINDOW"]]


@pytest.mark.covers("X-A-49")
def test_the_dry_run_goes_on_from_the_run_that_is_under_way(call, invoke):
    follow(invoke, 1)
    shown = call("accountability.preview_escalation", caller=ADA, path=PATH, query={"days": "1"}).data
    assert [(day["daysMissed"], len(day["contacts"])) for day in shown["days"]] == [(2, 1)]


def foreseen(call, **query):
    shown = call("accountability.preview_escalation", caller=ADA, path=PATH, query=query).data
    return [(day["date"], day["daysMissed"]) for day in shown["days"]]


def changed(**attributes):
    actions = [getattr(Goal, name).set(value) for name, value in attributes.items()]
    commit(Update(Goal, user_pk(world.USER), goal_sk(world.GOAL), actions))


@pytest.mark.covers("X-A-49")
def test_the_dry_run_foresees_no_miss_of_a_day_that_is_logged(call):
    body = {"goalId": world.GOAL, "completed": True, "requestId": "r"}
    assert call("accountability.log_day", body=body, caller=ADA).status == 201
    assert foreseen(call, days="2") == [("2026-03-02", 1), ("2026-03-03", 2)]


@pytest.mark.covers("X-A-49")
@pytest.mark.parametrize(
    ("planned", "misses"),
    [
        # The first of March is a Sunday: of a week that has one day left, nothing is asked.
        (
            {"frequency": '{"kind": "PER_WEEK", "n": 3, "since": "2026-03-01"}'},
            [("2026-03-06", 1), ("2026-03-07", 2), ("2026-03-08", 3)],
        ),
        (
            {"frequency": '{"kind": "EVERY_N_DAYS", "n": 3, "since": "2026-03-01"}'},
            [("2026-03-03", 1), ("2026-03-06", 2), ("2026-03-09", 3)],
        ),
        (
            {"pause_from": "2026-03-02", "pause_until": "2026-03-04"},
            [("2026-03-05", 1), ("2026-03-06", 2), ("2026-03-07", 3)],
        ),
        (
            {"next_frequency": '{"kind": "WEEKDAYS", "weekdays": [5], "since": "2026-03-02"}'},
            [("2026-03-01", 1), ("2026-03-06", 2), ("2026-03-13", 3)],
        ),
        ({"opened_at": START.replace(hour=13)}, [("2026-03-02", 1), ("2026-03-03", 2), ("2026-03-04", 3)]),
    ],
    ids=["per-week", "every-third-day", "pause", "another-frequency", "short-first-day"],
)
def test_the_dry_run_foresees_what_the_end_of_the_days_would_find(call, clock, planned, misses):
    from shared.accountability.goals import days

    changed(**planned)
    assert foreseen(call, days="3") == misses
    while clock.now().date().isoformat() <= misses[-1][0]:
        clock.advance(days=1)
        days.close_due(user_pk(world.USER), goal_sk(world.GOAL), now=clock.now())
    told = sent("accountability", "DayMissed")
    assert sorted((one["date"], one["days_missed"]) for one in told) == misses


def test_the_dry_run_tells_that_a_person_holds_the_texts(call):
    changed(held_at=START)
    assert call("accountability.preview_escalation", caller=ADA, path=PATH, query={"days": "1"}).data["held"]


STEP = {"who": "ALL", "kind": "ASK", "fromDay": 1}


@pytest.mark.covers("X-A-16", "D-04")
def test_a_policy_is_written_in_versions_that_new_runs_follow(call, invoke):
    body = {"name": "standard", "steps": [STEP | {"waitMinutes": 0}]}
    made = call("accountability.write_escalation_policy", body=body, caller=ADMIN, key="k1")
    again = call("accountability.write_escalation_policy", body=body, caller=ADMIN, key="k1")
    assert (made.status, made.data["version"], again.data) == (201, 2, made.data)
    assert [version["number"] for version in made.data["versions"]] == [2, 1]
    follow(invoke, 1)
    assert asked(1) == list(THREE)
    assert world.escalation().policy_version == 2


@pytest.mark.covers("X-A-16")
def test_a_step_tells_as_many_partners_as_it_says_within_its_hours(call, invoke):
    hours = {"fromMinute": 600, "toMinute": 720}
    step = {"who": "PARTNERS", "kind": "NOTIFY", "fromDay": 1, "count": 2, "hours": hours}
    call("accountability.write_escalation_policy", body={"name": "few", "steps": [step]}, caller=ADMIN)
    world.put_goal(policy="few")
    follow(invoke, 1)
    told = [(one["recipient_id"]["S"], one["from_minute"]["N"], one["to_minute"]["N"]) for one in messages()]
    assert sorted(told) == [("ptn_ben", "600", "720"), ("ptn_cleo", "600", "720")]
    assert {one.type for one in world.contacts()} == {"emergency_support_team_notification"}


def test_policies_are_listed_and_read(call):
    listed = call("accountability.list_escalation_policies", caller=ADMIN).data
    assert [(policy["name"], policy["version"]) for policy in listed] == [("attentive", 1), ("standard", 1)]
    read = call("accountability.read_escalation_policy", path={"policy_name": "attentive"}, caller=ADMIN).data
    assert read == listed[0]
    asking = read["versions"][0]["steps"][2]
    assert (asking["acknowledgeWithinMinutes"], asking["repeat"], asking["growth"], asking["most"]) == (240, 1, 1, 5)
    none = call("accountability.read_escalation_policy", path={"policy_name": "none"}, caller=ADMIN)
    assert (none.status, none.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    "step",
    [
        STEP | {"fromDay": 0},
        STEP | {"fromDay": "1"},
        STEP | {"fromDay": 3, "toDay": 2},
        STEP | {"who": "NOBODY"},
        STEP | {"who": "GUIDE"},
        STEP | {"count": 21},
        STEP | {"repeat": 1},
        STEP | {"hours": {"fromMinute": 60, "toMinute": 60}},
        STEP | {"hours": {"fromMinute": 22 * 60, "toMinute": 23 * 60}},
        STEP | {"hours": {"fromMinute": 20 * 60 + 1, "toMinute": 9 * 60 + 59}},
        STEP | {"hours": {"fromMinute": -1, "toMinute": 60}},
        STEP | {"acknowledgeWithinMinutes": 5},
        STEP | {"unknown": 1},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(call, step):
    answer = call("accountability.write_escalation_policy", body={"name": "odd", "steps": [step]}, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.covers("X-A-11", "X-A-16")
def test_hours_in_which_nothing_may_ever_leave_are_refused_by_their_name(call):
    for hours, status in (((1320, 1380), 400), ((1200, 1260), 400), ((1320, 600), 201), ((1140, 1380), 201)):
        step = STEP | {"hours": {"fromMinute": hours[0], "toMinute": hours[1]}}
        body = {"name": "odd", "steps": [step]}
        answer = call("accountability.write_escalation_policy", body=body, caller=ADMIN, key=str(hours))
        assert answer.status == status, hours
        if status == 400:
            (told,) = answer.json["error"]["details"]
            assert (told["field"], "between 9:00 and 20:00" in told["message"]) == ("steps.0.hours", True)


@pytest.mark.parametrize("body", [{"name": "Odd name", "steps": [STEP]}, {"name": "odd", "steps": []}, {}])
def test_a_policy_needs_a_name_and_steps(call, body):
    assert call("accountability.write_escalation_policy", body=body, caller=ADMIN).status == 400


def test_two_admins_at_once_do_not_write_the_same_version(call, monkeypatch):
    from shared.accountability.policies import catalogue

    body = {"name": "odd", "steps": [STEP]}
    real = catalogue.commit

    def other_first(write):
        monkeypatch.setattr(catalogue, "commit", real)
        call("accountability.write_escalation_policy", body=body, caller=ADMIN, key="k2")
        return real(write)

    monkeypatch.setattr(catalogue, "commit", other_first)
    answer = call("accountability.write_escalation_policy", body=body, caller=ADMIN, key="k1")
    assert (answer.status, answer.code) == (409, "CONFLICT")
