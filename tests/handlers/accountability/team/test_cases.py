"""Contested days, words of danger, and the staff who decide."""

from unittest.mock import Mock

import pytest

from functions.accountability.open_case import open_case
from shared.accountability.events import CrisisSuspected, DayDisputed
from shared.accountability.goals.items import Member
from shared.accountability.items import user_pk
from shared.accountability.team import case_opening, cases
from shared.identity.items import Account
from shared.identity.registration import new_account
from shared.kernel.storage.writes import Delete, Put, Update, commit
from tests import escalations as world
from tests import outbox
from tests.lists import assert_sorts
from tests.team import GUIDE, OTHER, USER, messages
from tests.triggers import principal, queue_event, schedule_event

DONE = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def ada(aws):
    world.put_member()


def disputed(call, date=None, reason="I was without network.", caller=USER, key=None):
    path = {"goal_id": world.GOAL, "date": date or world.day(1)}
    return call("accountability.dispute_day", path=path, body={"reason": reason}, caller=caller, key=key)


@pytest.fixture
def missed(clock):
    """A goal whose last day was missed."""
    world.put_goal()
    world.miss(1)


@pytest.mark.covers("X-A-39")
def test_a_missed_day_can_be_contested_once(call, missed, clock):
    answer = disputed(call)
    assert answer.status == 202
    assert disputed(call).data == answer.data
    assert (disputed(call, reason="Other words").status, disputed(call, reason="Other words").code) == (
        409,
        "DISPUTED_BEFORE",
    )
    assert outbox.sent("accountability", "DayDisputed") == [
        {"user_id": "usr_ada", "goal_id": world.GOAL, "date": world.day(1)}
    ]
    listed = call("accountability.list_cases", caller=GUIDE)
    assert [one["id"] for one in listed.data] == [answer.data["caseId"]]


def test_what_cannot_be_contested(call, missed, clock):
    assert (disputed(call, caller=OTHER).status, disputed(call, date="2026-02-20").status) == (404, 404)
    assert disputed(call, date="2026-13-99").status == 400
    clock.advance(days=8)
    assert (disputed(call).status, disputed(call).code) == (409, "TOO_LATE")
    assert call("accountability.list_cases", caller=GUIDE).data == []


def test_a_day_that_was_not_missed_cannot_be_contested(call, missed):
    from shared.accountability.goals.items import Day, day_sk
    from shared.accountability.items import goal_pk
    from shared.kernel.storage.writes import Update, commit

    commit(Update(Day, goal_pk(world.GOAL), day_sk(world.day(1)), [Day.outcome.set("LOGGED")]))
    assert (disputed(call).status, disputed(call).code) == (409, "DAY_NOT_MISSED")


def read_case(call, case_id):
    return call("accountability.read_case", path={"case_id": case_id}, caller=GUIDE)


def decide(call, case_id, decision, caller=GUIDE, note="Talked to them.", key=None):
    body = {"decision": decision, "note": note}
    return call("accountability.decide_case", path={"case_id": case_id}, body=body, caller=caller, key=key)


@pytest.mark.covers("X-A-39")
def test_an_accepted_dispute_excuses_the_day_and_withdraws_what_it_set_off(call, missed, clock):
    from tests.handlers.accountability.goals.conftest import goal_of

    case_id = disputed(call).data["caseId"]
    case = read_case(call, case_id).data
    assert case == {
        "id": case_id,
        "kind": "DISPUTE",
        "status": "OPEN",
        "userId": "usr_ada",
        "goalId": world.GOAL,
        "date": world.day(1),
        "openedAt": "2026-03-01T09:30:00.000Z",
        "closedAt": None,
        "closedBy": None,
        "decision": None,
        "note": None,
        "decisions": ["ACCEPT", "REJECT"],
        "userName": "Ada",
        "goalTitle": "morning run",
        "words": "I was without network.",
        "contact": None,
    }
    assert (decide(call, case_id, "RELEASE").status, decide(call, case_id, "RELEASE").code) == (422, "WRONG_DECISION")
    answer = decide(call, case_id, "ACCEPT")
    assert (answer.status, answer.data["status"], answer.data["closedBy"], answer.data["decisions"]) == (
        200,
        "CLOSED",
        "usr_guide",
        [],
    )
    goal = goal_of(world.GOAL)
    assert (goal.missed_run, goal.missed_since) == (0, None)
    assert [one["reason"] for one in outbox.sent("accountability", "RunWithdrawn")] == ["DISPUTED"]
    assert decide(call, case_id, "ACCEPT").data == answer.data
    assert decide(call, case_id, "REJECT").code == "CASE_CLOSED"
    another = principal("usr_admin", "accountability:guide")
    assert decide(call, case_id, "ACCEPT", caller=another).code == "CASE_CLOSED"
    assert call("accountability.list_cases", caller=GUIDE).data == []
    closed = call("accountability.list_cases", caller=GUIDE, query={"status": "CLOSED"})
    assert [one["id"] for one in closed.data] == [case_id]


def test_a_rejected_dispute_changes_nothing(call, missed, clock):
    from tests.handlers.accountability.goals.conftest import goal_of

    assert decide(call, disputed(call).data["caseId"], "REJECT").data["decision"] == "REJECT"
    assert goal_of(world.GOAL).missed_run == 1


def danger(invoke, clock, *dates):
    """Say words of danger about days, as their logs do, and let a case hear of them. Returns the events."""
    said = []
    for date in dates or (world.day(1),):
        clock.advance(minutes=1)
        world.withdraw("CRISIS", now=clock.now())
        said.append(CrisisSuspected(user_id="usr_ada", goal_id=world.GOAL, date=date, said_at=clock.now()))
    assert invoke("accountability.open_case", queue_event(*said)) == DONE
    return said


def crises(call, status="OPEN"):
    return call("accountability.list_cases", caller=GUIDE, query={"kind": "CRISIS", "status": status}).data


@pytest.mark.covers("X-A-32")
def test_words_of_danger_are_put_before_a_person_who_releases_the_goal(call, invoke, missed, clock):
    from tests.handlers.accountability.goals.conftest import goal_of

    (event,) = danger(invoke, clock)
    (case,) = crises(call)
    assert (case["kind"], case["decisions"]) == ("CRISIS", ["KEEP", "RELEASE"])
    clock.advance(hours=1)
    assert decide(call, case["id"], "RELEASE").status == 200
    assert goal_of(world.GOAL).held_at is None
    assert invoke("accountability.open_case", queue_event(event)) == DONE
    assert crises(call) == []
    assert decide(call, case["id"], "KEEP").code == "CASE_CLOSED"
    danger(invoke, clock)
    (again,) = crises(call)
    assert (again["id"], again["decision"]) == (case["id"], None)


@pytest.mark.covers("X-A-32")
def test_who_reads_words_of_danger_is_told_how_to_reach_the_user(call, invoke, missed, clock):
    account = new_account("usr_ada", "ada@wellspring.example", "unset", now=clock.now())
    commit(Put(account))
    commit(
        Update(
            Member,
            user_pk("usr_ada"),
            Member.SK,
            [Member.zone.set("America/New_York"), Member.phone.set("+12125550123")],
        )
    )
    danger(invoke, clock)
    (case,) = crises(call)
    contact = read_case(call, case["id"]).data["contact"]
    assert contact == {
        "email": "ada@wellspring.example",
        "phone": "+12125550123",
        "zone": "America/New_York",
        "localTime": "2026-03-01T04:31",
    }
    commit(Update(Member, user_pk("usr_ada"), Member.SK, [Member.phone.remove()]))
    assert read_case(call, case["id"]).data["contact"]["phone"] is None
    commit(Delete(Account, account.pk, account.sk))
    assert read_case(call, case["id"]).data["contact"] is None


@pytest.mark.covers("X-A-32")
def test_a_goal_that_was_kept_held_can_be_released_later(call, invoke, missed, clock):
    from tests.handlers.accountability.goals.conftest import goal_of

    danger(invoke, clock)
    (case,) = crises(call)
    kept = decide(call, case["id"], "KEEP")
    assert (kept.status, kept.data["status"], kept.data["decisions"]) == (200, "CLOSED", ["RELEASE"])
    assert goal_of(world.GOAL).held_at is not None
    assert decide(call, case["id"], "KEEP").data == kept.data
    another = principal("usr_admin", "accountability:guide")
    released = decide(call, case["id"], "RELEASE", caller=another)
    assert (released.status, released.data["decision"], released.data["decisions"]) == (200, "RELEASE", [])
    assert goal_of(world.GOAL).held_at is None
    assert decide(call, case["id"], "RELEASE").code == "CASE_CLOSED"


@pytest.mark.covers("X-A-32")
def test_new_words_on_a_kept_case_open_it_and_the_guide_hears_of_them(call, invoke, clock):
    from tests.handlers.accountability.goals.conftest import TODAY, goal_of, log, new_goal, ok

    world.put_member(guide_id="usr_guide")
    goal_id = new_goal()["id"]
    path = {"goal_id": goal_id, "date": TODAY}
    for number, words in enumerate(["I want to die", "I took all my pills, I want to die", "I want to die"]):
        clock.advance(minutes=1)
        if number:
            body = {"notes": words}
            answer = ok(call("accountability.edit_log", path=path, body=body, caller=USER, key=f"edit-{number}"))
        else:
            answer = ok(log(goal_id, notes=words), 201)
        assert "crisisLine" in answer.json["meta"]
        said = [CrisisSuspected(**one) for one in outbox.sent("accountability", "CrisisSuspected")]
        assert len(said) == number + 1
        assert invoke("accountability.open_case", queue_event(*said)) == DONE
        (case,) = crises(call)
        assert len(messages("guide.crisis")) == 2 * (number + 1)
        assert decide(call, case["id"], "KEEP", key=f"keep-{number}").status == 200
    assert goal_of(goal_id).held_at is not None
    assert decide(call, case["id"], "RELEASE").status == 200
    assert goal_of(goal_id).held_at is None


@pytest.mark.covers("X-A-32")
def test_new_words_on_an_open_case_are_told_and_keep_its_place(call, invoke, missed, clock):
    world.put_member(guide_id="usr_guide")
    danger(invoke, clock)
    (before,) = crises(call)
    danger(invoke, clock)
    assert crises(call) == [before]
    assert len(messages("guide.crisis")) == 4


@pytest.mark.covers("X-A-32")
def test_a_goal_stays_held_for_words_that_a_case_is_not_about(call, invoke, missed, clock):
    from tests.handlers.accountability.goals.conftest import goal_of

    danger(invoke, clock, world.day(1), world.day(2))
    earlier, later = crises(call)
    assert (decide(call, earlier["id"], "RELEASE").status, decide(call, earlier["id"], "RELEASE").code) == (
        409,
        "NEWER_WORDS",
    )
    assert goal_of(world.GOAL).held_at is not None
    assert decide(call, later["id"], "RELEASE").status == 200
    assert goal_of(world.GOAL).held_at is None
    assert decide(call, earlier["id"], "RELEASE").status == 200


@pytest.mark.covers("X-A-32", "X-A-39")
def test_the_guide_hears_of_a_case_once_of_danger_by_mail_too(call, invoke, missed, clock):
    world.put_member(guide_id="usr_guide")
    disputed(call)
    dispute = DayDisputed(user_id="usr_ada", goal_id=world.GOAL, date=world.day(1))
    crisis = CrisisSuspected(user_id="usr_ada", goal_id=world.GOAL, date=world.day(1), said_at=clock.now())
    assert invoke("accountability.open_case", queue_event(dispute, dispute, crisis, crisis)) == DONE
    (told,) = messages("guide.dispute")
    assert (told["recipient_id"], told["category"], told.get("channels")) == ("usr_guide", "guide", None)
    found = [(one["recipient_id"], one["category"], one["channels"][0]["S"]) for one in messages("guide.crisis")]
    assert sorted(found) == [("usr_guide", "crisis", "EMAIL"), ("usr_guide", "crisis", "IN_APP")]


@pytest.mark.covers("X-A-32")
def test_the_operators_hear_of_danger_also_where_there_is_no_guide(call, invoke, missed, clock, monkeypatch):
    counted = Mock()
    monkeypatch.setattr(case_opening, "metrics", lambda: counted)
    danger(invoke, clock)
    counted.add_metric.assert_called_once_with(name=case_opening.CRISIS_METRIC, unit="Count", value=1)
    assert (messages("guide."), len(crises(call))) == ([], 1)
    assert case_opening.CRISIS_METRIC in open_case.declaration.alarms


@pytest.mark.covers("X-A-32")
def test_danger_that_waits_for_a_quarter_of_an_hour_is_counted_until_it_is_decided(
    call, invoke, missed, clock, monkeypatch
):
    counted = Mock()
    monkeypatch.setattr(cases, "metrics", lambda: counted)

    def waiting():
        invoke("accountability.count_waiting_cases", schedule_event())
        return counted.add_metric.call_args.kwargs["value"]

    disputed(call)
    danger(invoke, clock)
    clock.advance(minutes=15)
    assert waiting() == 0
    clock.advance(milliseconds=1)
    assert waiting() == 1
    decide(call, crises(call)[0]["id"], "KEEP")
    assert waiting() == 0


@pytest.mark.covers("S-P-27")
def test_cases_are_listed_page_by_page_the_oldest_first(call, clock):
    for number in range(5):
        clock.advance(minutes=1)
        world.put_goal(f"gol_{number}")
        world.miss(1, f"gol_{number}", at=clock.now())
        path = {"goal_id": f"gol_{number}", "date": world.day(1)}
        assert call("accountability.dispute_day", path=path, body={"reason": "x"}, caller=USER).status == 202
    found, cursor = [], None
    for _ in range(3):
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = call("accountability.list_cases", caller=GUIDE, query=query)
        found += [one["goalId"] for one in page.data]
        cursor = page.json["pagination"]["nextCursor"]
    assert (found, cursor) == ([f"gol_{number}" for number in range(5)], None)
    assert call("accountability.list_cases", caller=GUIDE, query={"kind": "CRISIS"}).data == []
    assert call("accountability.list_cases", caller=GUIDE, query={"cursor": "x"}).status == 400
    assert_sorts(call, "accountability.list_cases", GUIDE, unasked="oldest")


@pytest.mark.parametrize("name", ["read_case", "decide_case"])
def test_a_case_that_is_none_is_not_found_and_users_do_not_get_in(call, name):
    body = {"decision": "DONE", "note": "x"} if name == "decide_case" else None
    path = {"case_id": "cas_x"}
    assert call(f"accountability.{name}", path=path, body=body, caller=GUIDE).status == 404
    assert call(f"accountability.{name}", path=path, body=body, caller=USER).status == 403


@pytest.mark.parametrize("decision", ["ACCEPT", "REJECT"])
def test_a_guide_does_not_decide_about_their_own_goal(call, missed, decision):
    case_id = disputed(call).data["caseId"]
    own = principal(USER.user_id, "accountability:use", "accountability:guide")
    body = {"decision": decision, "note": "Let it count."}
    refused = call("accountability.decide_case", path={"case_id": case_id}, body=body, caller=own)
    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert [one["id"] for one in call("accountability.list_cases", caller=GUIDE).data] == [case_id]
