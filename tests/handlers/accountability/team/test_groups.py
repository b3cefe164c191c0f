"""Words to all partners, and how the team answers."""

import pytest

from shared.kernel.storage import reads
from shared.messaging import events, topic_key
from tests import escalations as world
from tests import team
from tests.team import OTHER, USER, accepted, added, messages, stored
from tests.triggers import queue_event

DONE = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def ada(aws):
    world.put_member()


@pytest.fixture
def group(clock):
    """Partners of every standing; returns their ids by name."""
    names = ["agreed", "resting", "reader", "quiet", "invited", "left"]
    ids = {name: added(name=name, phone=f"+1212555010{number}") for number, name in enumerate(names)}
    world.put_goal()
    world.put_goal("gol_two", title="Read")
    tokens = {name: accepted(ids[name], now=clock.now()) for name in names if name != "invited"}
    team.submit(tokens["resting"], action="rest", until="2026-03-09")
    team.submit(tokens["left"], action="leave")
    page = team.visit(tokens["quiet"])
    team.submit(tokens["quiet"], action="save", statement=team.statement_on(page), first="SMS", milestones="")
    team.call(
        "accountability.change_partner", path={"partner_id": ids["reader"]}, body={"goals": ["gol_two"]}, caller=USER
    )
    return ids


@pytest.mark.covers("S-A-41")
@pytest.mark.parametrize(
    ("kind", "goal", "outcomes", "category"),
    [
        ("UPDATE", None, ["QUEUED", "PAUSED", "QUEUED", "QUEUED", "NO_CONSENT"], "partner-update"),
        ("SUCCESS", None, ["QUEUED", "PAUSED", "QUEUED", "NO_MILESTONES", "NO_CONSENT"], "partner-good-news"),
        ("UPDATE", world.GOAL, ["QUEUED", "PAUSED", "OTHER_GOALS", "QUEUED", "NO_CONSENT"], "partner-update"),
    ],
)
def test_words_go_to_everybody_who_agreed_and_the_answer_tells_who_that_is(call, group, kind, goal, outcomes, category):
    body = {"kind": kind, "text": "First 10 km. Thank you!"} | ({"goalId": goal} if goal else {})
    answer = call("accountability.send_group_message", body=body, caller=USER, key="one")
    names = ["agreed", "resting", "reader", "quiet", "invited"]
    expected = [
        {"partnerId": group[name], "name": name, "outcome": outcome}
        for name, outcome in zip(names, outcomes, strict=True)
    ]
    assert (answer.status, answer.data) == (202, {"recipients": sorted(expected, key=lambda one: one["partnerId"])})
    sent = messages("partner.update")
    assert {one["recipient_id"] for one in sent} == {one["partnerId"] for one in expected if one["outcome"] == "QUEUED"}
    assert {one["category"] for one in sent} == {category}
    again = call("accountability.send_group_message", body=body, caller=USER, key="one")
    assert (again.text, len(messages("partner.update"))) == (answer.text, len(sent))


@pytest.mark.covers("X-A-24", "S-A-30")
@pytest.mark.parametrize(
    ("kind", "goal", "stopped"), [("UPDATE", None, False), ("SUCCESS", None, True), ("UPDATE", world.GOAL, True)]
)
def test_words_that_wait_for_who_shall_hear_less_are_stopped_where_they_may_be_about_that(
    call, group, kind, goal, stopped
):
    body = {"kind": kind, "text": "Thank you!"} | ({"goalId": goal} if goal else {})
    call("accountability.send_group_message", body=body, caller=USER, key="one")
    path = {"partner_id": group["agreed"]}
    call("accountability.change_partner", path=path, body={"milestones": False}, caller=USER)
    (waiting,) = [one for one in messages("partner.update") if one["recipient_id"] == group["agreed"]]
    closed = [reads.get(*topic_key(topic["S"])) is not None for topic in waiting.get("topics", [])]
    assert closed == ([True] if stopped else [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "UPDATE", "text": "x" * 161}, "text"),
        ({"kind": "UPDATE", "text": " "}, "text"),
        ({"kind": "UPDATE", "text": "a\nb"}, "text"),
        ({"kind": "SPAM", "text": "x"}, "kind"),
        ({"kind": "UPDATE", "text": "x", "goalId": "gol_bobs"}, "goalId"),
    ],
)
def test_words_that_cannot_be_sent(call, body, field):
    answer = call("accountability.send_group_message", body=body, caller=USER)
    assert (answer.status, [one["field"] for one in answer.json["error"]["details"]]) == (400, [field])


def test_a_team_of_nobody_hears_nothing(call):
    answer = call("accountability.send_group_message", body={"kind": "UPDATE", "text": "Hi"}, caller=USER)
    assert (answer.status, answer.data) == (202, {"recipients": []})


@pytest.mark.covers_partly(
    "S-A-67",
    missing="staff see neither which teams answer nor the setup rate of all against 95 %",
)
@pytest.mark.covers("S-A-33")
def test_what_left_and_arrived_is_counted_once_and_on_the_timeline(call, invoke, group):
    call("accountability.send_group_message", body={"kind": "UPDATE", "text": "Hi"}, caller=USER)
    told = {
        "message_id": "msg_1",
        "recipient_id": group["agreed"],
        "category": "partner-update",
        "about": messages("partner.update")[0]["about"],
        "channel": "SMS",
    }
    left, arrived = events.MessageSent(**told), events.MessageDelivered(**told)
    other = left.model_copy(update={"about": "contact:a#b#c#d"})
    stranger = left.model_copy(update={"recipient_id": "ptn_x"})
    assert invoke("accountability.follow_partner", queue_event(arrived, left, left, arrived, other, stranger)) == DONE
    partner = stored(group["agreed"])
    assert (partner.contact_count, partner.delivered_count, partner.last_contacted_at is not None) == (1, 1, True)
    assert [line.content for line in world.lines() if "sent" in line.content] == ["agreed was sent what you wrote."]
    found = call("accountability.read_engagement", caller=USER).data
    assert found["team"] == {
        "contacted": 1,
        "delivered": 1,
        "asked": 0,
        "answered": 0,
        "deliveryRate": 1.0,
        "answerRate": None,
    }
    assert (found["named"], found["agreed"], found["setupRate"]) == (6, 4, 0.67)
    assert {one["name"]: one["contacted"] for one in found["partners"]}["agreed"] == 1
    assert call("accountability.read_engagement", caller=OTHER).data["setupRate"] is None
