"""What becomes of contacts: results, counters, answers, the all-clear, good news."""

import json
from datetime import timedelta
from unittest.mock import Mock

import pytest

from shared import messaging
from shared.accountability.escalation import answers, steps
from shared.accountability.events import AskAnswered, EscalationEnded, GoalLogged, MilestoneReached
from shared.accountability.items import user_pk
from shared.accountability.team.items import Partner, partner_sk
from shared.kernel.errors import NotFound
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, Update, commit
from shared.messaging.events import (
    ChannelFailed,
    MessageBlocked,
    MessageCancelled,
    MessageDelivered,
    MessageFailed,
    MessageSent,
    ReplyReceived,
)
from shared.messaging.message_items import REPLY_PREFIX, Reply, message_pk
from tests import escalations as world
from tests.clock import START
from tests.handlers.accountability.escalation.test_steps import (
    DONE,
    THREE,
    asked,
    follow,
    messages,
    sent_events,
    standing,
)
from tests.triggers import due_event, principal, queue_event, schedule_event


@pytest.fixture(autouse=True)
def people(aws):
    world.put_member()
    world.put_goal()
    for partner_id in THREE:
        world.put_partner(partner_id)


def contact(recipient_id="ptn_ben"):
    (found,) = [one for one in world.contacts() if one.recipient_id == recipient_id]
    return found


def news(model, one=None, **fields):
    one = one or contact()
    about = f"contact:{one.goal_id}#{one.date}#{one.step}#{one.recipient_id}"
    if model in {MessageSent, MessageDelivered}:
        fields = {"channel": "SMS"} | fields
    fields = {"message_id": one.message_id} | fields
    return model(recipient_id=one.recipient_id, category="partner-ask", about=about, **fields)


def note(invoke, *events):
    assert invoke("accountability.note_contact", queue_event(*events)) == DONE


def reply(invoke, given, *, number=2, partner_id="ptn_ben", reply_id="rpl_1", step="03"):
    event = ReplyReceived(
        recipient_id=partner_id,
        message_id="msg_1",
        about=f"contact:{world.GOAL}#{world.day(number)}#{step}#{partner_id}",
        answer=given,
        reply_id=reply_id,
    )
    assert invoke("accountability.take_answer", queue_event(event)) == DONE


@pytest.mark.covers("S-A-33", "S-A-34", "S-A-35", "X-A-26")
def test_a_partner_counts_as_contacted_once_it_left_however_the_news_comes(invoke, clock):
    follow(invoke, 2)
    assert world.partner("ptn_ben").contact_count == 0
    delivered, sent = news(MessageDelivered), news(MessageSent)
    clock.advance(minutes=5)
    note(invoke, delivered, sent, delivered, sent)
    ben, found = world.partner("ptn_ben"), contact()
    assert (ben.contact_count, ben.delivered_count, ben.last_contacted_at) == (1, 1, clock.now())
    assert ben.ask_count == 1
    assert (found.state, found.sent_at, found.results.attribute_values) == (
        "DELIVERED",
        clock.now(),
        {"SMS": "DELIVERED"},
    )
    assert [line.content for line in world.lines()] == ["Ben was asked to check in with you: you missed 2 days."]


@pytest.mark.covers("S-A-34", "S-A-35")
def test_a_channel_that_fails_is_seen_beside_the_one_that_carried_it(invoke, call):
    follow(invoke, 2)
    failed = news(ChannelFailed, channel="SMS", reason="30003")
    mailed = [news(MessageSent, channel="EMAIL"), news(MessageDelivered, channel="EMAIL")]
    note(invoke, failed, news(MessageSent), *mailed, failed)
    caller = principal(world.USER, "accountability:use")
    (found,) = call("accountability.list_contacts", caller=caller, path={"goal_id": world.GOAL}).data
    assert (found["state"], found["successful"], found["contactMethod"]) == ("DELIVERED", True, "EMAIL")
    assert found["results"] == {"SMS": "FAILED", "EMAIL": "DELIVERED"}
    assert asked(2) == ["ptn_ben"]


def test_who_was_asked_by_what_never_arrived_was_not_asked(invoke):
    follow(invoke, 2)
    note(invoke, news(MessageSent))
    assert world.partner("ptn_ben").ask_count == 1
    failed = news(MessageFailed, reason="30003")
    note(invoke, failed, failed, news(MessageSent))
    assert (world.partner("ptn_ben").contact_count, world.partner("ptn_ben").ask_count) == (1, 0)
    note(invoke, news(MessageDelivered))
    assert world.partner("ptn_ben").ask_count == 1


@pytest.mark.covers("X-A-04", "S-A-34", "S-A-07")
def test_in_the_place_of_who_cannot_be_reached_the_next_is_asked_at_once(invoke, call):
    follow(invoke, 2)
    note(invoke, *[news(MessageBlocked, reason="CAP")] * 2)
    caller = principal(world.USER, "accountability:use")
    contacts = call("accountability.list_contacts", caller=caller, path={"goal_id": world.GOAL}).data
    shown = [(one["state"], one["reason"], one["successful"]) for one in contacts if one["partnerId"] == "ptn_ben"]
    assert shown == [("BLOCKED", "CAP", False)]
    assert asked(2) == ["ptn_ben", "ptn_cleo"]
    assert standing(2) == [(3, "00", "DONE", None), (3, "ptn_ben", "DONE", None)]
    assert [line.content for line in world.lines()] == [
        "Ben could not be reached. Please ask them whether we have the right number or address."
    ]
    assert (world.partner("ptn_ben").contact_count, world.partner("ptn_ben").ask_count) == (0, 0)


@pytest.mark.covers("X-A-12", "S-A-06")
@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("FREQUENCY", "Ben was left out, so that it does not become too many messages."),
        ("PAUSED", "Ben was left out: they asked for a rest."),
    ],
)
def test_the_timeline_does_not_say_that_somebody_is_out_of_reach_who_is_only_spared(invoke, reason, said):
    follow(invoke, 2)
    note(invoke, news(MessageBlocked, reason=reason))
    assert [line.content for line in world.lines()] == [said]
    assert asked(2) == ["ptn_ben", "ptn_cleo"]


def test_what_was_cancelled_is_noted_and_nobody_else_is_asked(invoke):
    follow(invoke, 2)
    note(invoke, news(MessageCancelled, reason="LOGGED"))
    assert (contact().state, contact().reason, asked(2)) == ("CANCELLED", "LOGGED", ["ptn_ben"])


def stopped(message):
    """Tell whether a message names a topic that is closed."""
    return any(reads.get(*messaging.topic_key(topic["S"])) for topic in message["topics"]["L"])


def waiting(partner_id="ptn_ben"):
    """Return the goal that each message to a partner names which is not stopped."""
    told = [one for one in messages() if one["category"]["S"] != "service"]
    ours = [one for one in told if one["recipient_id"]["S"] == partner_id and not stopped(one)]
    return [json.loads(one["variables"]["S"]).get("goal") for one in ours]


def narrow(call, partner_id="ptn_ben", **change):
    answer = call(
        "accountability.change_partner",
        caller=principal(world.USER, "accountability:use"),
        path={"partner_id": partner_id},
        body=change,
        key=str(change),
    )
    assert answer.status == 200, answer.text


@pytest.mark.covers("X-A-24", "S-A-23")
def test_words_that_a_partner_may_not_read_any_more_are_stopped_and_told_anew(call, invoke):
    follow(invoke, 1)
    old = contact()
    narrow(call, privacy="NEUTRAL")
    assert (waiting(), waiting("ptn_cleo")) == ([], ["morning run"])
    cancelled = news(MessageCancelled, reason="SCOPE")
    note(invoke, cancelled, cancelled)
    again = contact()
    assert (waiting(), again.state, again.message_id != old.message_id) == ([""], "QUEUED", True)
    note(invoke, news(MessageSent, again), cancelled)
    assert (contact().state, world.partner("ptn_ben").contact_count) == ("SENT", 1)


@pytest.mark.covers("X-A-24", "S-A-23")
def test_a_partner_who_backs_a_goal_no_more_hears_nothing_of_it_that_waits(call, invoke):
    world.put_goal("gol_other")
    follow(invoke, 1)
    narrow(call, goals=["gol_other"])
    note(invoke, news(MessageCancelled, reason="SCOPE"))
    assert (waiting(), waiting("ptn_cleo")) == ([], ["morning run"])
    assert [line.content for line in world.lines()] == ["There was nobody else to turn to."]


@pytest.mark.covers("X-A-24", "S-A-21")
def test_an_ask_that_was_stopped_so_goes_to_the_next_and_at_last_to_the_same_in_other_words(call, invoke):
    follow(invoke, 2)
    narrow(call, privacy="NEUTRAL")
    note(invoke, news(MessageCancelled, reason="SCOPE"))
    assert (waiting(), waiting("ptn_cleo")) == ([], ["morning run"])
    reply(invoke, "CANNOT", partner_id="ptn_cleo")
    reply(invoke, "CANNOT", partner_id="ptn_dan", reply_id="rpl_2")
    assert waiting() == [""]


@pytest.mark.covers("X-A-24")
def test_a_step_that_read_a_partner_before_the_change_is_decided_again(call, invoke, monkeypatch):
    from shared.accountability.escalation import steps

    committed = steps.transact

    def changed_first(writes):
        monkeypatch.setattr(steps, "transact", committed)
        narrow(call, privacy="NEUTRAL")
        committed(writes)

    monkeypatch.setattr(steps, "transact", changed_first)
    follow(invoke, 2)
    assert waiting() == [""]


@pytest.mark.covers("X-A-24", "S-A-30")
def test_good_news_that_waits_is_not_told_to_who_shall_hear_none(call, invoke):
    assert invoke("accountability.celebrate_milestone", queue_event(milestone())) == DONE
    narrow(call, milestones=False)
    assert (waiting(), waiting("ptn_cleo")) == ([], ["morning run"])
    note(invoke, news(MessageCancelled, reason="SCOPE"))
    assert (contact().state, waiting()) == ("CANCELLED", [])


@pytest.mark.parametrize(
    "change", [{"privacy": "TITLE"}, {"goals": None}, {"goals": [world.GOAL, "gol_other"]}, {"milestones": True}]
)
def test_a_change_that_takes_nothing_back_stops_nothing(call, invoke, change):
    world.put_goal("gol_other")
    world.put_partner("ptn_ben", goals=[world.GOAL], milestones=False)
    follow(invoke, 1)
    narrow(call, **change)
    assert waiting() == ["morning run"]


def test_a_guide_who_cannot_be_reached_is_a_case_for_the_staff(invoke):
    world.put_member(guide_id="usr_guide")
    follow(invoke, 1)
    note(invoke, news(MessageFailed, contact("usr_guide"), reason="NO_CHANNEL"))
    assert "Your guide could not be reached." in [line.content for line in world.lines()]


def test_messages_of_other_matters_are_none_of_escalations(invoke):
    sent = MessageSent(message_id="m", recipient_id="r", category="account", about="mail:1", channel="EMAIL")
    note(invoke, sent, sent.model_copy(update={"about": None}))
    assert world.lines() == []


@pytest.mark.covers("X-A-13", "X-A-14", "S-A-36")
@pytest.mark.parametrize("given", ["ACCEPTED", "DONE"])
def test_an_answer_ends_the_asking_of_the_day(invoke, given):
    follow(invoke, 3)
    reply(invoke, given, number=3)
    reply(invoke, given, number=3)
    found = contact()
    assert (found.response, found.responded_at) == (given, START)
    assert world.partner("ptn_ben").answer_count == 1
    assert [(event.partner_id, event.answer) for event in sent_events(AskAnswered)] == [("ptn_ben", given)]
    reply(invoke, "CANNOT", number=3, partner_id="ptn_cleo", reply_id="rpl_2")
    assert asked(3) == ["ptn_ben", "ptn_cleo"]
    assert standing(3)[-1] == (3, "ptn_cleo", "SKIPPED", "ANSWERED")


@pytest.mark.covers("X-A-13", "X-A-14")
def test_who_cannot_hands_over_to_the_next_partner(invoke):
    follow(invoke, 2)
    reply(invoke, "CANNOT")
    reply(invoke, "CANNOT")
    assert asked(2) == ["ptn_ben", "ptn_cleo"]
    reply(invoke, "CANNOT", partner_id="ptn_cleo", reply_id="rpl_2")
    reply(invoke, "CANNOT", partner_id="ptn_dan", reply_id="rpl_3")
    assert asked(2) == ["ptn_ben", "ptn_cleo", "ptn_dan"]
    assert standing(2)[-1] == (3, "ptn_dan", "SKIPPED", "NOBODY")


@pytest.mark.covers("X-A-13", "X-A-14")
def test_an_answer_that_died_before_the_next_was_asked_asks_them_when_it_comes_again(invoke, monkeypatch):
    follow(invoke, 2)
    about = f"contact:{world.GOAL}#{world.day(2)}#03#ptn_ben"
    run = steps.run
    monkeypatch.setattr(steps, "run", Mock(side_effect=RuntimeError))
    with pytest.raises(RuntimeError):
        answers.answer(about, "ptn_ben", "CANNOT", reply_id="rpl_1", now=START)
    assert asked(2) == ["ptn_ben"]
    monkeypatch.setattr(steps, "run", run)
    reply(invoke, "CANNOT")
    assert asked(2) == ["ptn_ben", "ptn_cleo"]


@pytest.mark.covers("X-A-13")
def test_what_was_done_stays_done_and_later_answers_are_kept(invoke):
    follow(invoke, 2)
    reply(invoke, "DONE")
    reply(invoke, "CANNOT", reply_id="rpl_2")
    reply(invoke, "TEXT", reply_id="rpl_3")
    assert (contact().response, world.partner("ptn_ben").answer_count, asked(2)) == ("DONE", 1, ["ptn_ben"])
    assert {line.content for line in world.lines()} == {
        "Ben has checked in with you.",
        "Ben cannot check in with you this time.",
        "Ben wrote back.",
    }


@pytest.mark.parametrize(
    ("text", "given", "shown", "told"),
    [
        ("ok will do!!", "ACCEPTED", None, "Ben will check in with you. They wrote: “ok will do!!”"),
        ("👍", "ACCEPTED", None, "Ben will check in with you. They wrote: “👍”"),
        ("1", "ACCEPTED", True, "Ben will check in with you."),
        ("her sister\nis with her", "TEXT", True, "Ben wrote back. They wrote: “her sister is with her”"),
        ("her sister is with her", "TEXT", None, "Ben wrote back."),
        ("her sister is with her", "TEXT", False, "Ben wrote back."),
        ("a" * 301, "TEXT", True, f"Ben wrote back. They wrote: “{'a' * 300}…”"),
    ],
)
def test_a_clear_answer_is_quoted_and_own_words_where_their_writer_wants(invoke, text, given, shown, told):
    if shown is not None:
        commit(Update(Partner, user_pk(world.USER), partner_sk("ptn_ben"), [Partner.shows_words.set(shown)]))
    follow(invoke, 2)
    kept = Reply(pk=message_pk("msg_1"), sk=f"{REPLY_PREFIX}rpl_1", text=text, at=START, expires_at=START)
    commit(Put(kept))
    reply(invoke, given)
    assert world.lines()[-1].content == told


def test_what_staff_read_for_somebody_is_not_quoted(invoke):
    follow(invoke, 2)
    kept = Reply(pk=message_pk("msg_1"), sk=f"{REPLY_PREFIX}rpl_1", text="I suppose so", at=START, expires_at=START)
    commit(Put(kept))
    reply(invoke, "ACCEPTED", reply_id=f"rpl_1{messaging.evidence.DECIDED}")
    assert world.lines()[-1].content == "Ben will check in with you."


@pytest.mark.covers("X-A-13", "X-A-14")
def test_who_will_check_in_may_say_later_that_they_did(invoke):
    follow(invoke, 2)
    reply(invoke, "ACCEPTED")
    reply(invoke, "DONE", reply_id="rpl_2")
    reply(invoke, "ACCEPTED", reply_id="rpl_3")
    assert (contact().response, world.partner("ptn_ben").answer_count, asked(2)) == ("DONE", 1, ["ptn_ben"])
    assert [event.answer for event in sent_events(AskAnswered)] == ["ACCEPTED", "DONE"]


@pytest.mark.covers("X-A-13", "X-A-14")
def test_who_would_check_in_and_cannot_hands_over_to_the_next_partner(invoke):
    follow(invoke, 2)
    reply(invoke, "ACCEPTED")
    reply(invoke, "CANNOT", reply_id="rpl_2")
    reply(invoke, "CANNOT", reply_id="rpl_2")
    assert (contact().response, asked(2)) == ("CANNOT", ["ptn_ben", "ptn_cleo"])
    assert waiting("ptn_cleo") == ["morning run"]
    assert standing(2) == [(3, "00", "DONE", None), (3, "ptn_ben", "DONE", None)]
    reply(invoke, "ACCEPTED", reply_id="rpl_3")
    assert contact().response == "CANNOT"
    reply(invoke, "ACCEPTED", partner_id="ptn_cleo", reply_id="rpl_4")
    assert (contact("ptn_cleo").response, waiting("ptn_cleo")) == ("ACCEPTED", [])


@pytest.mark.parametrize(
    ("given", "template"),
    [("ACCEPTED", "answer.accepted"), ("DONE", "answer.done"), ("CANNOT", "answer.cannot"), ("TEXT", None)],
)
def test_who_answers_by_text_hears_once_that_it_was_taken_in(invoke, given, template):
    follow(invoke, 2)
    for _ in range(2):
        reply(invoke, given)
    heard = [one for one in messages() if one["category"]["S"] == "service"]
    assert [one["template"]["S"] for one in heard] == ([template] if template else [])
    assert all(one["to"]["S"] == world.phone_of("ptn_ben") for one in heard)
    reply(invoke, given, reply_id="rpl_2")
    assert len([one for one in messages() if one["category"]["S"] == "service"]) == len(heard)


def test_what_staff_read_as_an_answer_counts_after_the_words_were_noted(invoke):
    follow(invoke, 2)
    reply(invoke, "TEXT")
    for _ in range(2):
        reply(invoke, "DONE", reply_id="rpl_1" + messaging.evidence.DECIDED)
    assert contact().response == "DONE"


@pytest.mark.covers("X-A-13", "X-A-14")
def test_who_cannot_after_all_asks_nobody_where_another_partner_checks_in(invoke):
    follow(invoke, 3)
    reply(invoke, "ACCEPTED", number=3)
    reply(invoke, "DONE", number=3, partner_id="ptn_cleo", reply_id="rpl_2")
    reply(invoke, "CANNOT", number=3, reply_id="rpl_3")
    assert (contact().response, asked(3)) == ("CANNOT", ["ptn_ben", "ptn_cleo"])
    assert standing(3)[-1] == (3, "ptn_ben", "SKIPPED", "ANSWERED")


@pytest.mark.covers("X-A-13", "X-A-15")
@pytest.mark.parametrize("reason", ["DISPUTED", "CORRECTED"])
def test_a_day_that_something_else_ended_is_not_opened_by_an_answer_taken_back(invoke, reason):
    follow(invoke, 2)
    reply(invoke, "ACCEPTED")
    commit(messaging.close_topic(f"day:{world.GOAL}:{world.day(2)}", reason, now=START))
    reply(invoke, "CANNOT", reply_id="rpl_2")
    assert (contact().response, asked(2)) == ("CANNOT", ["ptn_ben"])


@pytest.mark.covers("X-A-13", "X-A-14")
def test_an_answer_that_comes_while_another_is_taken_back_counts(invoke, monkeypatch):
    follow(invoke, 3)
    reply(invoke, "ACCEPTED", number=3)
    committed = answers.transact

    def answered_first(writes):
        monkeypatch.setattr(answers, "transact", committed)
        reply(invoke, "DONE", number=3, partner_id="ptn_cleo", reply_id="rpl_2")
        committed(writes)

    monkeypatch.setattr(answers, "transact", answered_first)
    reply(invoke, "CANNOT", number=3, reply_id="rpl_3")
    assert (contact().response, contact("ptn_cleo").response) == ("CANNOT", "DONE")
    assert asked(3) == ["ptn_ben", "ptn_cleo"]


def test_an_answer_to_a_contact_that_is_not_theirs_is_refused(invoke):
    follow(invoke, 2)
    about = f"contact:{world.GOAL}#{world.day(2)}#03#ptn_ben"
    for partner_id, given_about in [("ptn_cleo", about), ("ptn_ben", about.replace("#03#", "#09#")), ("ptn_ben", "x")]:
        with pytest.raises(NotFound):
            answers.answer(given_about, partner_id, "DONE", reply_id="rpl_1", now=START)
    assert contact().response is None


def test_a_reply_to_an_invitation_is_none_of_escalations(invoke):
    event = ReplyReceived(
        recipient_id="ptn_ben", message_id="m", about="invitation:ptn_ben", answer="YES", reply_id="r"
    )
    assert invoke("accountability.take_answer", queue_event(event)) == DONE
    assert world.lines() == []


@pytest.mark.covers("X-A-14", "X-A-16")
def test_an_ask_that_nobody_answers_goes_to_one_more_partner_once(invoke, clock, due_queues):
    world.put_goal(policy="attentive")
    follow(invoke, 2)
    note(invoke, news(MessageSent))
    row = world.steps()[-1]
    assert (row.round, row.status, row.due_at) == ("01", "PLANNED", START + timedelta(hours=4))
    clock.advance(hours=4)
    invoke("accountability.sweep_steps", schedule_event())
    (message,) = due_queues.taken()
    invoke("accountability.run_step", due_event((message.body["pk"], message.body["sk"])))
    assert asked(2) == ["ptn_ben", "ptn_cleo"]
    note(invoke, news(MessageSent, contact("ptn_cleo")))
    assert [row.round for row in world.steps()] == ["00", "01"]


@pytest.mark.covers("X-A-14")
def test_an_ask_that_was_answered_goes_no_further(invoke, clock):
    world.put_goal(policy="attentive")
    follow(invoke, 2)
    note(invoke, news(MessageSent))
    reply(invoke, "ACCEPTED")
    clock.advance(hours=4)
    row = world.steps()[-1]
    invoke("accountability.run_step", due_event((row.pk, row.sk)))
    assert standing(2)[-1] == (3, "01", "SKIPPED", "ANSWERED")
    assert asked(2) == ["ptn_ben"]


def clears():
    return [one.recipient_id for one in world.contacts() if one.step == "CLEAR"]


@pytest.mark.covers("X-A-15")
def test_after_a_log_those_who_were_really_told_hear_that_all_is_well_once(invoke, clock):
    follow(invoke, 1)
    note(invoke, news(MessageSent, contact("ptn_ben")), news(MessageBlocked, contact("ptn_cleo"), reason="CONSENT"))
    clock.advance(hours=1)
    event = world.log(now=clock.now())
    assert invoke("accountability.end_escalation", queue_event(event, event)) == DONE
    assert clears() == ["ptn_ben"]
    (clear,) = [item for item in messages() if item["category"]["S"] == "partner-all-clear"]
    assert clear["template"]["S"] == "escalation.all-clear"
    assert "topics" not in clear
    assert (world.escalation().status, world.escalation().reason) == ("ENDED", "LOGGED")
    assert [one.reason for one in sent_events(EscalationEnded)] == ["LOGGED"]


@pytest.mark.covers("X-A-15")
def test_a_message_that_left_at_the_last_moment_gets_its_all_clear_too(invoke):
    follow(invoke, 1)
    invoke("accountability.end_escalation", queue_event(world.log()))
    assert clears() == []
    dan = contact("ptn_dan")
    note(invoke, news(MessageSent, dan), news(MessageDelivered, dan))
    assert clears() == ["ptn_dan"]
    (clear,) = [one for one in world.contacts() if one.step == "CLEAR"]
    note(invoke, news(MessageSent, clear))
    assert world.partner("ptn_dan").contact_count == 2
    assert world.lines()[-1].content in {
        "Dan was told that you missed a day.",
        "Dan was told that there is nothing more to do.",
    }


@pytest.mark.covers("X-A-15", "X-A-17", "X-A-39")
@pytest.mark.parametrize("reason", ["PAUSED", "DISPUTED", "DELETED"])
def test_after_a_withdrawal_the_all_clear_does_not_say_that_it_was_logged(invoke, reason):
    follow(invoke, 1)
    note(invoke, news(MessageSent))
    assert invoke("accountability.withdraw_escalation", queue_event(world.withdraw(reason))) == DONE
    assert clears() == ["ptn_ben"]
    (clear,) = [item for item in messages() if item["category"]["S"] == "partner-all-clear"]
    assert clear["template"]["S"] == "escalation.withdrawn"


@pytest.mark.covers("X-A-32")
def test_after_words_of_danger_nobody_hears_anything_by_machine(invoke):
    follow(invoke, 1)
    note(invoke, news(MessageSent))
    assert invoke("accountability.withdraw_escalation", queue_event(world.withdraw("CRISIS"))) == DONE
    note(invoke, news(MessageSent, contact("ptn_cleo")))
    logged = GoalLogged(
        user_id=world.USER,
        goal_id=world.GOAL,
        date=world.day(2),
        completed=True,
        streak=1,
        ended_run=world.FIRST,
    )
    invoke("accountability.end_escalation", queue_event(logged))
    assert clears() == []
    assert world.escalation().reason == "CRISIS"


def test_a_log_that_ended_no_run_ends_nothing(invoke):
    follow(invoke, 1)
    event = world.log().model_copy(update={"ended_run": None})
    assert invoke("accountability.end_escalation", queue_event(event)) == DONE
    assert world.escalation().status == "OPEN"


def test_the_end_of_a_run_that_was_never_followed_is_no_matter(invoke):
    assert invoke("accountability.end_escalation", queue_event(world.log())) == DONE
    assert world.escalation() is None


@pytest.mark.covers("X-A-15")
def test_the_end_skips_what_was_planned(invoke):
    world.put_goal(policy="attentive")
    follow(invoke, 2)
    note(invoke, news(MessageSent))
    invoke("accountability.end_escalation", queue_event(world.log()))
    assert standing(2)[-1] == (3, "01", "SKIPPED", "ENDED")


def milestone(days=7, day="2026-03-01"):
    return MilestoneReached(user_id=world.USER, goal_id=world.GOAL, date=day, days=days)


@pytest.mark.covers("S-A-28", "S-A-30", "S-A-07")
def test_a_milestone_is_told_once_to_partners_who_like_to_hear_of_it(invoke):
    world.put_partner("ptn_quiet", milestones=False)
    world.put_partner("ptn_neutral", privacy="NEUTRAL")
    for _ in range(2):
        assert invoke("accountability.celebrate_milestone", queue_event(milestone(), milestone())) == DONE
    assert [one.recipient_id for one in world.contacts()] == [*THREE, "ptn_neutral"]
    assert {one.type for one in world.contacts()} == {"milestone_celebration"}
    assert {item["template"]["S"] for item in messages()} == {"milestone.success"}
    assert "morning run" not in next(i for i in messages() if i["recipient_id"]["S"] == "ptn_neutral")["variables"]["S"]
    note(invoke, news(MessageSent, contact("ptn_ben")))
    assert world.lines()[-1].content == "Ben heard of your 7 days in a row."


PER_WEEK = '{"kind": "PER_WEEK", "n": 3, "since": "2026-02-01"}'
MONDAYS = '{"kind": "WEEKDAYS", "weekdays": [1], "since": "2026-02-01"}'


@pytest.mark.parametrize("frequency", [PER_WEEK, MONDAYS])
def test_of_a_goal_that_owes_no_such_days_none_are_counted(invoke, frequency):
    world.put_goal(frequency=frequency)
    follow(invoke, 2)
    note(invoke, news(MessageSent))
    invoke("accountability.celebrate_milestone", queue_event(milestone()))
    note(invoke, news(MessageSent, next(one for one in world.contacts() if one.type == "milestone_celebration")))
    assert {line.content.partition(" ")[2] for line in world.lines()} == {
        "was asked to check in with you: you logged less often than planned.",
        "heard that you did it 7 times in a row.",
    }
    flexible = {json.loads(item["variables"]["S"]).get("flexible") for item in messages()}
    assert flexible == {"yes"}


@pytest.mark.covers("S-A-28")
def test_a_milestone_that_the_user_keeps_to_themselves_is_told_to_nobody(invoke):
    world.put_member(share_milestones=False)
    invoke("accountability.celebrate_milestone", queue_event(milestone()))
    assert world.contacts() == []
