"""Who changed what of goals, partners and settings, from what to what (S-A-10)."""

import pytest

from shared.accountability import trail
from shared.accountability.goals import days as days_of_goals
from shared.accountability.goals.items import Goal
from shared.accountability.items import user_pk
from shared.identity.seeding import ensure_account
from shared.kernel.storage.writes import ConditionFailed, Update, commit
from tests import team
from tests.calls import call
from tests.clock import START
from tests.handlers.accountability.goals.conftest import (
    ADMIN,
    OTHER,
    TODAY,
    USER,
    goal_of,
    log,
    new_goal,
    ok,
    pass_days,
    profile,
)
from tests.triggers import due_event


def changes(caller=USER, **query):
    return ok(call("accountability.list_changes", caller=caller, query=query)).data


def told(kind):
    """Return the changes of a kind in the order in which they were made: what differs, and who made them."""
    found = [one for one in changes() if one["kind"] == kind]
    return [(one["before"], one["after"], one["changedBy"]) for one in reversed(found)]


def on(name, goal_id, **request):
    return ok(call(f"accountability.{name}", path={"goal_id": goal_id}, caller=USER, **request))


@pytest.mark.covers("S-A-10")
def test_what_one_decides_about_a_goal_leaves_a_trail(clock):
    goal_id = new_goal()["id"]
    assert changes() == []
    clock.advance(minutes=1)
    body = {"title": "Swim", "policy": "attentive", "frequency": {"kind": "PER_WEEK", "n": 3}}
    on("change_goal", goal_id, body=body, request_id="a")
    on("change_goal", goal_id, body={"title": "Swim", "restDays": ["2026-03-08"]}, request_id="b")
    on("pause_goal", goal_id, body={"from": "2026-03-05", "until": "2026-03-06"})
    on("resume_goal", goal_id)
    on("delete_goal", goal_id)
    on("restore_goal", goal_id)
    on("complete_goal", goal_id)
    weekly = {"kind": "PER_WEEK", "n": 3, "weekdays": []}
    assert told("GOAL") == [
        (
            {"title": "Run", "policy": "standard", "nextFrequency": None},
            {"title": "Swim", "policy": "attentive", "nextFrequency": weekly},
            "usr_ada",
        ),
        ({"restDays": None}, {"restDays": ["2026-03-08"]}, "usr_ada"),
        ({"pauseFrom": None, "pauseUntil": None}, {"pauseFrom": "2026-03-05", "pauseUntil": "2026-03-06"}, "usr_ada"),
        ({"pauseFrom": "2026-03-05", "pauseUntil": "2026-03-06"}, {"pauseFrom": None, "pauseUntil": None}, "usr_ada"),
        ({"status": "ACTIVE"}, {"status": "DELETED"}, "usr_ada"),
        ({"status": "DELETED"}, {"status": "ACTIVE"}, "usr_ada"),
        ({"status": "ACTIVE"}, {"status": "COMPLETED"}, "usr_ada"),
    ]
    assert {(one["subjectId"], one["changedAt"]) for one in changes()} == {(goal_id, "2026-03-01T09:31:00.000Z")}


def test_days_that_pass_and_logs_are_no_change_of_a_goal(clock):
    goal_id = new_goal()["id"]
    ok(log(goal_id), 201)
    pass_days(goal_id, clock, 2)
    on("change_goal", goal_id, body={"title": "Run"})
    assert changes() == []


@pytest.mark.covers("S-A-10")
def test_settings_leave_a_trail_without_the_number_and_with_the_guide_whoever_chose_them(clock):
    guide = ensure_account("guide@wellspring.example", "correct horse battery", "guide", ["guide"], START)
    profile(zone="Asia/Kathmandu", preferences={"theme": "dark"})
    profile(phone="+12125550123", grace=0)
    profile(phone="+12125550124")
    profile(phone=None)
    ok(call("accountability.choose_guide", path={"user_id": "usr_ada"}, body={"guideId": guide}, caller=ADMIN))
    assert told("PROFILE") == [
        (
            {"zone": "UTC", "preferences": None},
            {"zone": "Asia/Kathmandu", "preferences": {"theme": "dark"}},
            "usr_ada",
        ),
        ({"phone": None}, {"phone": "given"}, "usr_ada"),
        ({"phone": "given"}, {"phone": "given"}, "usr_ada"),
        ({"phone": "given"}, {"phone": None}, "usr_ada"),
        ({"guideId": None}, {"guideId": guide}, "usr_admin"),
    ]
    assert "555" not in str(changes())


@pytest.mark.covers("S-A-10")
def test_partners_leave_a_trail_of_what_the_user_and_what_they_themselves_decided(clock):
    partner_id = team.added(email="grace@example.com", channels=["SMS", "EMAIL"])
    path = {"partner_id": partner_id}
    clock.advance(minutes=1)
    token = team.accepted(partner_id, now=clock.now())
    clock.advance(minutes=1)
    body = {"privacy": "NEUTRAL", "zone": "Europe/Berlin", "note": None}
    ok(call("accountability.change_partner", path=path, body=body, caller=USER))
    clock.advance(minutes=1)
    team.next_token(team.submit(token, action="leave"))
    clock.advance(minutes=1)
    ok(call("accountability.remove_partner", path=path, caller=USER))
    clock.advance(minutes=1)
    ok(call("accountability.restore_partner", path=path, caller=USER))
    assert told("PARTNER") == [
        (
            {"status": "INVITED", "channels": ["SMS", "EMAIL"]},
            {"status": "ACTIVE", "channels": ["SMS"]},
            partner_id,
        ),
        (
            {"privacy": "TITLE", "zone": "America/New_York"},
            {"privacy": "NEUTRAL", "zone": "Europe/Berlin"},
            "usr_ada",
        ),
        ({"status": "ACTIVE"}, {"status": "LEFT"}, partner_id),
        ({"status": "LEFT"}, {"status": "REMOVED"}, "usr_ada"),
        ({"status": "REMOVED"}, {"status": "LEFT"}, "usr_ada"),
    ]
    assert not [word for word in ("555", "grace@example.com") if word in str(changes())]


def test_an_invitation_that_runs_out_ends_by_itself(clock, invoke):
    partner_id = team.added()
    team.sent(team.messages("consent")[0]["message_id"], "May we?")
    clock.advance(days=30)
    partner = team.stored(partner_id)
    invoke("accountability.work_invitation", due_event((partner.pk, partner.sk)))
    assert told("PARTNER") == [({"status": "INVITED"}, {"status": "EXPIRED"}, "system")]


@pytest.mark.covers("S-A-10")
def test_the_trail_is_ones_own_page_by_page_and_never_written_over(clock):
    for grace in (1, 2, 3):
        profile(grace=grace)
        clock.advance(minutes=1)
    page = call("accountability.list_changes", caller=USER, query={"limit": "2"})
    assert [one["after"] for one in page.data] == [{"grace": 3}, {"grace": 2}]
    cursor = page.json["pagination"]["nextCursor"]
    assert [one["after"] for one in changes(cursor=cursor)] == [{"grace": 1}]
    assert [one["after"]["grace"] for one in changes(sort="oldest")] == [1, 2, 3]
    assert changes(caller=OTHER) == []
    assert call("accountability.list_changes", caller=OTHER, query={"cursor": cursor}).status == 400
    again = trail.changed("usr_x", "GOAL", "gol_x", {"a": 1}, {"a": 2}, version=2, by="usr_x", now=clock.now())
    commit(again[0])
    with pytest.raises(ConditionFailed):
        commit(again[0])


@pytest.mark.covers("S-A-09")
def test_days_of_all_goals_are_listed_by_date_page_by_page(clock):
    run, swim = new_goal(key="a")["id"], new_goal(key="b", title="Swim")["id"]
    ok(log(run), 201)
    pass_days(run, clock, 2)
    gone = new_goal(key="c", title="Gone")["id"]
    ok(log(gone, request_id="gone"), 201)
    on("delete_goal", gone)
    swum = goal_of(swim)
    assert days_of_goals.close_due(swum.pk, swum.sk, now=clock.now()) == 2
    first, second = sorted([run, swim])

    def days(**query):
        answer = ok(call("accountability.list_days", caller=USER, query=query))
        rows = [(one["date"], one["goalId"]) for one in answer.data]
        return rows, answer.json["pagination"]["nextCursor"]

    whole = [("2026-03-02", first), ("2026-03-02", second), (TODAY, first), (TODAY, second)]
    assert days() == (whole, None)
    assert days(**{"from": "2026-03-02"})[0] == whole[:2]
    assert days(to=TODAY)[0] == whole[2:]
    seen, cursor = days(limit="3")
    assert seen == whole[:3]
    assert days(limit="3", cursor=cursor) == (whole[3:], None)
    backwards = [*whole[2:], *whole[:2]]
    seen, cursor = days(sort="oldest", limit="3")
    assert (seen, days(sort="oldest", limit="3", cursor=cursor)) == (backwards[:3], (backwards[3:], None))
    assert call("accountability.list_days", caller=USER, query={"cursor": cursor, "to": TODAY}).status == 400
    refused = call("accountability.list_days", caller=USER, query={"from": "2026-03-02", "to": TODAY})
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "from")
    assert ok(call("accountability.list_days", caller=OTHER)).data == []


@pytest.mark.covers("S-A-09")
def test_a_list_of_days_goes_on_where_many_of_them_hold_nothing(clock):
    goals = [new_goal(key=str(number), title=f"Goal {number}")["id"] for number in range(3)]
    ok(log(goals[0]), 201)
    for goal_id in goals:
        commit(Update(Goal, user_pk("usr_ada"), f"GOAL#{goal_id}", [Goal.open_day.set("2026-12-31")]))
    rows, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        answer = ok(call("accountability.list_days", caller=USER, query={"cursor": cursor} if cursor else {}))
        rows += [(one["date"], one["goalId"]) for one in answer.data]
        cursor, pages = answer.json["pagination"]["nextCursor"], pages + 1
    assert (rows, pages) == ([(TODAY, goals[0])], 2)


@pytest.mark.covers("S-A-09")
def test_staff_list_the_users_of_a_guide(clock):
    guide, other = [
        ensure_account(f"{name}@wellspring.example", "correct horse battery", name, ["guide"], START)
        for name in ("guide", "other")
    ]
    for caller, chosen in ((USER, guide), (OTHER, other)):
        new_goal(caller=caller)
        path = {"user_id": caller.user_id}
        ok(call("accountability.choose_guide", path=path, body={"guideId": chosen}, caller=ADMIN, key=caller.user_id))

    def users(caller, **query):
        return [one["userId"] for one in ok(call("accountability.list_members", caller=caller, query=query)).data]

    as_guide = team.principal(guide, "accountability:guide")
    assert (users(as_guide), users(as_guide, guideId=other)) == (["usr_ada"], ["usr_bob"])
    profile(phone="+12125550123")
    (listed,) = ok(call("accountability.list_members", caller=as_guide)).data
    assert "phone" not in listed
    ok(call("accountability.choose_guide", path={"user_id": "usr_ada"}, body={"guideId": None}, caller=ADMIN, key="x"))
    assert users(as_guide) == []
    assert call("accountability.list_members", caller=USER).status == 403
