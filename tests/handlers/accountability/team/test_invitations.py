"""Asking for consent, reminding, giving up; answers by text; opt-outs and addresses that fail."""

import hashlib
from datetime import timedelta

import pytest

from shared import messaging
from shared.accountability.team import people
from shared.accountability.team.items import Partner
from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.kernel.storage.writes import Put, Update, commit
from shared.messaging import events
from shared.messaging.history import evidence as evidence_of
from shared.messaging.message_items import REPLY_PREFIX, Message, Reply, message_pk
from shared.messaging.recipients import suppression
from shared.messaging.templates import catalogue
from shared.messaging.templates.variables import kept
from tests import escalations as world
from tests import outbox, team
from tests.clock import START
from tests.team import GRACE, USER, added, evidence, messages, sent, stored
from tests.triggers import due_event, queue_event, schedule_event

PHONE = GRACE["phone"]


def asked(**given):
    """Add a partner whose first request has left, and return their id."""
    partner_id = added(**given)
    sent(messages("consent")[-1]["message_id"], "May we?")
    return partner_id


def work(invoke, partner_id):
    partner = stored(partner_id)
    assert invoke("accountability.work_invitation", due_event((partner.pk, partner.sk))) == {"batchItemFailures": []}


def follow(invoke, *told):
    assert invoke("accountability.follow_partner", queue_event(*told)) == {"batchItemFailures": []}


def reply(partner_id, answer, reply_id="SM1", message=0):
    return events.ReplyReceived(
        recipient_id=partner_id,
        message_id=messages("consent")[message]["message_id"],
        about=f"invitation:{partner_id}",
        answer=answer,
        reply_id=reply_id,
    )


def status(partner_id):
    return stored(partner_id).status


def consent(partner_id):
    (found,) = team.rows("messaging", f"RECIPIENT#{partner_id}", "CONSENT#SUPPORT")
    return found["given"], [one["S"] for one in found["channels"]]


@pytest.mark.covers("X-A-03", "S-A-42")
def test_two_reminders_at_most_then_it_is_over(invoke, clock, due_queues):
    partner_id = asked()
    assert stored(partner_id).due_shard == due_shard("invitation", "USER#usr_ada")
    for days, expected in [(0, 1), (2, 1), (3, 2), (4, 2), (7, 3), (13, 3), (14, 3), (30, 3)]:
        clock.at = START
        clock.advance(days=days)
        invoke("accountability.sweep_invitations", schedule_event())
        for message in due_queues.taken():
            invoke("accountability.work_invitation", due_event((message.body["pk"], message.body["sk"])))
        work(invoke, partner_id)
        assert (days, len(messages("consent"))) == (days, expected)
    assert status(partner_id) == "EXPIRED"
    assert [line["kind"] for line in evidence(partner_id)] == ["REQUESTED", "REQUESTED", "REQUESTED", "EXPIRED"]
    assert consent(partner_id) == (False, ["SMS", "VOICE"])
    assert [one["template"] for one in messages()] == [
        "consent.request",
        "consent.reminder",
        "consent.reminder",
        "partner.expired",
    ]
    assert outbox.sent("accountability", "InvitationExpired") == [{"user_id": "usr_ada", "partner_id": partner_id}]


def test_a_worker_that_comes_late_reminds_once_and_leaves_time_between(invoke, clock):
    partner_id = asked()
    clock.advance(days=8)
    work(invoke, partner_id)
    work(invoke, partner_id)
    assert len(messages("consent")) == 2
    clock.advance(days=2)
    work(invoke, partner_id)
    assert len(messages("consent")) == 3


def test_a_worker_that_comes_after_the_end_reminds_no_more(invoke, clock):
    partner_id = asked()
    clock.advance(days=20)
    work(invoke, partner_id)
    assert (status(partner_id), len(messages("consent"))) == ("EXPIRED", 1)


@pytest.mark.covers("X-A-01", "X-A-02")
def test_yes_by_text_agrees_once_with_the_words_that_were_sent(invoke, clock):
    partner_id = added()
    sent(messages()[0]["message_id"], "May we?")
    clock.advance(hours=1)
    follow(invoke, reply(partner_id, "YES"), reply(partner_id, "YES"))
    assert (status(partner_id), consent(partner_id)) == ("ACTIVE", (True, ["SMS", "VOICE"]))
    given = evidence(partner_id)[-1]
    assert (given["kind"], given["method"], given["text_version"]) == ("GIVEN", "REPLY", "consent.request/en/1")
    assert given["text_hash"] == hashlib.sha256(b"May we?").hexdigest()
    assert given["addresses"] == [{"S": messaging.address_hash(PHONE)}]
    assert len(outbox.sent("accountability", "PartnerAccepted")) == 1
    assert [one["template"] for one in messages("partner.")] == ["partner.accepted"]
    assert topics() == ["ACCEPTED"]


@pytest.mark.covers("X-A-03")
def test_the_time_until_somebody_may_be_asked_again_runs_from_their_refusal(call, invoke, clock):
    partner_id = added()
    clock.advance(days=10)
    follow(invoke, reply(partner_id, "NO"))
    path = {"partner_id": partner_id}
    clock.advance(days=29)
    assert call("accountability.invite_partner", path=path, caller=USER).code == "ASKED_RECENTLY"
    clock.advance(days=1)
    assert call("accountability.invite_partner", path=path, caller=USER).status == 200


@pytest.mark.covers("X-A-01")
def test_the_ledger_names_the_exact_words_of_a_request_once_they_have_left(invoke, clock):
    partner_id = added()
    (message,) = messages()
    sent(message["message_id"], "May we?")
    about = f"invitation:{partner_id}"
    told = {"recipient_id": partner_id, "message_id": message["message_id"], "category": "consent-request"}
    left = events.MessageSent(**told, about=about, channel="SMS")
    clock.advance(seconds=2)
    follow(invoke, left, left)
    asked, left_in = evidence(partner_id)
    assert (asked["kind"], asked["method"], asked["text_version"]) == ("REQUESTED", "API", "consent.request")
    assert (left_in["kind"], left_in["method"], left_in["text_version"]) == (
        "REQUESTED",
        "TIMER",
        "consent.request/en/1",
    )
    assert left_in["text_hash"] == hashlib.sha256(b"May we?").hexdigest()
    assert left_in["addresses"] == [{"S": messaging.address_hash(PHONE)}]
    assert status(partner_id) == "INVITED"


@pytest.mark.covers("S-A-33", "S-A-06", "D-46")
def test_requests_reminders_and_new_links_are_contacts_each_counted_once(invoke, clock):
    partner_id = asked()
    clock.advance(days=4)
    work(invoke, partner_id)
    team.next_token(team.submit(team.link_to(partner_id, now=clock.now()), action="new-link"))
    first, reminded, linked = messages()
    assert linked["template"] == "partner.new-link"
    sent(reminded["message_id"], "Words")
    sent(linked["message_id"], "Words")
    for message in (first, reminded, linked):
        told = {"recipient_id": partner_id, "message_id": message["message_id"], "category": "any"}
        by_text = events.MessageSent(**told, about=message["about"], channel="SMS")
        by_mail = by_text.model_copy(update={"channel": "EMAIL"})
        arrived = events.MessageDelivered(**told, about=message["about"], channel="EMAIL")
        clock.advance(minutes=1)
        follow(invoke, by_text, by_mail, arrived, by_text, arrived)
    partner = stored(partner_id)
    assert (partner.contact_count, partner.delivered_count, partner.last_contacted_at) == (3, 3, clock.now())
    assert partner.asked_at is None, "only asks move the rotation"
    assert [line.content for line in world.lines()] == [
        "Grace was asked whether they back you.",
        "Grace was reminded of your question whether they back you.",
        "Grace was sent a new link to their page.",
    ]
    assert [line["kind"] for line in evidence(partner_id)].count("REQUESTED") == 6, "no link asks for consent"


def topics():
    return [one["reason"] for one in team.rows("messaging", "TOPIC#")]


def test_no_by_text_declines(invoke, clock):
    partner_id = added()
    follow(invoke, reply(partner_id, "NO"))
    assert (status(partner_id), consent(partner_id)[0], topics()) == ("DECLINED", False, ["DECLINED"])
    assert [one["template"] for one in messages("partner.")] == ["partner.declined"]
    clock.advance(days=3)
    work(invoke, partner_id)
    assert len(messages("consent")) == 1


def test_a_reply_that_comes_again_undoes_nothing_that_was_chosen_since(invoke, clock):
    partner_id = added()
    follow(invoke, reply(partner_id, "YES"))
    token = team.link_to(partner_id, now=clock.now())
    team.submit(token, action="leave")
    follow(invoke, reply(partner_id, "YES"))
    assert status(partner_id) == "LEFT"


def test_no_after_yes_leaves(invoke):
    partner_id = added()
    follow(invoke, reply(partner_id, "YES"), reply(partner_id, "NO", "SM2"))
    assert (status(partner_id), consent(partner_id)[0]) == ("LEFT", False)


def test_answers_to_other_matters_and_of_strangers_change_nothing(invoke):
    partner_id = added()
    ask = reply(partner_id, "YES").model_copy(update={"about": f"contact:gol_1#2026-03-01#01#{partner_id}"})
    stranger = reply(partner_id, "YES").model_copy(update={"recipient_id": "ptn_x", "about": "invitation:ptn_x"})
    follow(invoke, ask, stranger, reply(partner_id, "DONE"))
    assert status(partner_id) == "INVITED"


@pytest.mark.parametrize(
    ("answer", "template", "brought_back", "agreed"),
    [("YES", "answer.not-needed", "ACTIVE", True), ("NO", "answer.not-needed", "DECLINED", False)],
)
def test_who_answers_while_removed_hears_nothing_more_and_comes_back_with_that_answer(
    call, invoke, answer, template, brought_back, agreed
):
    partner_id = added()
    call("accountability.remove_partner", path={"partner_id": partner_id}, caller=USER)
    follow(invoke, reply(partner_id, answer), reply(partner_id, answer))
    assert (status(partner_id), consent(partner_id)[0]) == ("REMOVED", agreed)
    assert [one["template"] for one in messages("answer.")] == [template]
    (noted,) = world.lines()
    assert noted.content == f"Grace said {answer.lower()} while they were not on your team."
    call("accountability.restore_partner", path={"partner_id": partner_id}, caller=USER)
    assert (status(partner_id), consent(partner_id)[0]) == (brought_back, agreed)


@pytest.mark.parametrize(("answer", "template"), [("YES", "answer.yes"), ("NO", "answer.no")])
def test_an_answer_by_text_is_acknowledged_once_on_its_channel(invoke, answer, template):
    partner_id = added()
    said = reply(partner_id, answer).model_copy(update={"channel": "WHATSAPP"})
    follow(invoke, said, said)
    (heard,) = messages("answer.")
    assert (heard["template"], heard["recipient_id"], heard["to"]) == (template, partner_id, PHONE)
    assert (heard["category"], [one["S"] for one in heard["channels"]]) == ("service", ["WHATSAPP"])


@pytest.mark.covers("X-A-01")
def test_consent_in_own_words_is_kept_with_them(invoke):
    partner_id = added()
    pk, sk = message_pk(messages("consent")[0]["message_id"]), f"{REPLY_PREFIX}SM1"
    commit(Put(Reply(pk=pk, sk=sk, text="Yes please!", version="answers/en.1", at=START, expires_at=START)))
    follow(invoke, reply(partner_id, "YES"))
    given = evidence(partner_id)[-1]
    assert (given["kind"], given["reply"], given["reply_version"]) == ("GIVEN", "Yes please!", "answers/en.1")
    (line,) = world.lines()
    assert line.content == "Grace said yes: they back you now. They wrote: “Yes please!”"


@pytest.mark.covers("X-A-05", "X-A-08", "X-A-09", "X-A-10")
@pytest.mark.parametrize("reason", ["STOP", "CARRIER"])
def test_stop_ends_everything_and_start_takes_it_back(call, invoke, clock, reason):
    partner_id = added()
    team.accepted(partner_id, now=clock.now(), voice="yes")
    out = events.AddressOptedOut(recipient_id=partner_id, reason=reason)
    suppression.suppress(PHONE, reason, source="SM9", now=clock.now())
    follow(invoke, out, out)
    assert (status(partner_id), consent(partner_id)[0]) == ("OPTED_OUT", False)
    assert [one["template"] for one in messages("partner.")] == ["partner.accepted", "partner.stopped"]
    assert call("accountability.invite_partner", path={"partner_id": partner_id}, caller=USER).code == "OPTED_OUT"
    clock.advance(days=1)
    suppression.lift(PHONE, now=clock.now())
    follow(invoke, events.AddressOptedIn(recipient_id=partner_id), out)
    assert (status(partner_id), consent(partner_id)) == ("ACTIVE", (True, ["SMS", "VOICE"]))
    assert [line["kind"] for line in evidence(partner_id)] == ["REQUESTED", "GIVEN", "WITHDRAWN", "GIVEN"]


def test_start_by_somebody_who_never_agreed_agrees_to_nothing(invoke, clock):
    partner_id = asked()
    suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="STOP"))
    assert (status(partner_id), stored(partner_id).due_at) == ("OPTED_OUT", None)
    suppression.lift(PHONE, now=clock.now())
    follow(invoke, events.AddressOptedIn(recipient_id=partner_id))
    assert status(partner_id) == "INVITED"
    assert sorted(one["template"] for one in messages("partner.")) == ["partner.reachable", "partner.stopped"]
    assert team.rows("messaging", f"RECIPIENT#{partner_id}", "CONSENT#") == []
    clock.advance(days=3)
    work(invoke, partner_id)
    assert len(messages("consent")) == 2


@pytest.mark.covers("X-A-36")
@pytest.mark.parametrize(
    ("reason", "became"), [("WRONG_NUMBER", "INVALID"), ("BOUNCE", "INVITED"), ("STAFF", "OPTED_OUT")]
)
def test_an_address_that_fails_ends_who_has_no_other(invoke, clock, reason, became):
    partner_id = added()
    suppression.suppress(PHONE, reason, source="x", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason=reason))
    assert status(partner_id) == became


def test_who_has_another_way_stays_when_one_address_fails(invoke, clock):
    partner_id = added(email="grace@example.com", channels=["SMS", "EMAIL"])
    suppression.suppress(PHONE, "WRONG_NUMBER", source="x", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="WRONG_NUMBER"))
    assert status(partner_id) == "INVITED"
    suppression.suppress("grace@example.com", "BOUNCE", source="y", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="BOUNCE"))
    assert status(partner_id) == "INVALID"
    assert [one["template"] for one in messages("partner.")] == ["partner.invalid"]


@pytest.mark.covers("X-A-09")
def test_a_stop_while_removed_is_not_undone_by_a_restoration(call, invoke, clock):
    partner_id = added()
    team.accepted(partner_id, now=clock.now())
    call("accountability.remove_partner", path={"partner_id": partner_id}, caller=USER)
    suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="STOP"))
    assert status(partner_id) == "REMOVED"
    restored = call("accountability.restore_partner", path={"partner_id": partner_id}, caller=USER)
    assert (restored.data["status"], consent(partner_id)[0]) == ("OPTED_OUT", False)


@pytest.mark.parametrize(
    ("reason", "became", "told"),
    [
        ("STOP", "OPTED_OUT", ["partner.stopped"]),
        ("LANDLINE", "INVALID", ["partner.no-texts"]),
        ("COUNTRY", "INVALID", ["partner.no-country"]),
        ("FREQUENCY", "EXPIRED", ["partner.not-asked"]),
        ("BUDGET", "EXPIRED", ["partner.not-asked"]),
    ],
)
def test_the_user_hears_when_somebody_cannot_be_asked(invoke, clock, reason, became, told):
    partner_id = added()
    if reason == "STOP":
        suppression.suppress(PHONE, "STOP", source="of another user's", now=clock.now())
    blocked = lost(events.MessageBlocked, partner_id, reason=reason)
    follow(invoke, blocked, blocked)
    assert (status(partner_id), [one["template"] for one in messages("partner.")]) == (became, told)


def test_a_number_that_turns_out_to_be_a_landline_is_told_as_one(invoke, clock):
    partner_id = added()
    follow(invoke, lost(events.MessageFailed, partner_id, reason="LANDLINE"))
    assert (status(partner_id), [one["template"] for one in messages("partner.")]) == ("INVALID", ["partner.no-texts"])


def test_nobody_is_reminded_of_what_they_never_got(invoke, clock):
    partner_id = added()
    for days in (3, 5, 12, 14, 16, 40):
        clock.at = START + timedelta(days=days)
        work(invoke, partner_id)
    assert (status(partner_id), len(messages("consent")), messages("partner.")) == ("INVITED", 1, [])
    assert messages("consent")[0]["valid_until"] == str(to_ms(START + timedelta(days=60)))
    follow(invoke, lost(events.MessageExpired, partner_id))
    assert (status(partner_id), messages("partner.")[-1]["template"]) == ("EXPIRED", "partner.not-asked")


def test_nobody_is_hurried_whose_first_request_had_to_wait(invoke, clock, monkeypatch):
    partner_id = added()
    shown = evidence_of.Shown("consent.request/en/1", "0" * 64, START + timedelta(days=8))
    monkeypatch.setattr(evidence_of, "shown", lambda _: shown)
    found = []
    for days in (9, 11, 15, 17, 22):
        clock.at = START + timedelta(days=days)
        work(invoke, partner_id)
        found.append((status(partner_id), len(messages("consent"))))
    assert found == [("INVITED", 1), ("INVITED", 2), ("INVITED", 3), ("INVITED", 3), ("EXPIRED", 3)]


def test_who_wrote_something_else_is_never_said_not_to_have_answered(invoke, clock):
    partner_id = asked()
    follow(invoke, *[reply(partner_id, "TEXT")] * 2)
    assert [line.content for line in world.lines()] == [
        "Grace wrote back to your invitation, but said neither yes nor no."
    ]
    clock.advance(days=20)
    work(invoke, partner_id)
    assert (status(partner_id), messages("partner.")[-1]["template"]) == ("EXPIRED", "partner.unclear")


def test_what_is_written_after_a_yes_is_said_to_be_no_more_than_that(invoke):
    partner_id = added()
    follow(invoke, reply(partner_id, "YES"), reply(partner_id, "TEXT", "SM2"))
    assert {line.content for line in world.lines()} == {"Grace said yes: they back you now.", "Grace wrote back."}


def test_a_no_that_comes_after_they_were_contacted_takes_nobody_off_the_team(invoke, clock):
    partner_id = added()
    follow(invoke, reply(partner_id, "YES"))
    partner = stored(partner_id)
    clock.advance(days=1)
    commit(Update(Partner, partner.pk, partner.sk, [Partner.last_contacted_at.set(clock.now())]))
    follow(invoke, reply(partner_id, "NO", "SM2"))
    assert (status(partner_id), [one["template"] for one in messages("partner.")]) == ("ACTIVE", ["partner.accepted"])
    assert {line.content for line in world.lines()} == {"Grace said yes: they back you now.", "Grace wrote back."}


def test_what_staff_read_as_a_yes_agrees_with_the_words_that_were_written(invoke, clock):
    partner_id = asked()
    pk, sk = message_pk(messages("consent")[0]["message_id"]), f"{REPLY_PREFIX}SM1"
    commit(Put(Reply(pk=pk, sk=sk, text="mhm, well, alright then", at=START, expires_at=START)))
    decided = reply(partner_id, "YES", "SM1" + messaging.evidence.DECIDED)
    follow(invoke, reply(partner_id, "TEXT"), decided, decided)
    assert (status(partner_id), consent(partner_id)[0]) == ("ACTIVE", True)
    assert evidence(partner_id)[-1]["reply"] == "mhm, well, alright then"
    assert [one["template"] for one in messages("answer.")] == ["answer.yes"]
    assert {line.content for line in world.lines()} == {
        "Grace wrote back to your invitation, but said neither yes nor no.",
        "Grace said yes: they back you now.",
    }, "own words are for the team"


@pytest.mark.covers("S-A-06")
def test_whatever_the_user_is_told_of_a_partner_is_on_their_timeline_once(invoke):
    partner_id = added()
    for answer in (reply(partner_id, "YES"), reply(partner_id, "NO", "SM2")):
        follow(invoke, answer, answer)
    assert [line.content for line in world.lines()] == [
        "Grace said yes: they back you now.",
        "Grace wants no messages about you any more.",
    ]


def test_every_message_about_a_partner_has_its_line_on_the_timeline():
    told = {key for key, _ in catalogue.seeded() if key.startswith("partner.")}
    assert set(people.ON_TIMELINE) == told - {"partner.new-link", "partner.update"}


def test_who_unsubscribes_from_a_user_leaves_or_declines_and_the_user_is_told(invoke, clock):
    agreed, invited = added(), added(name="Max", phone="+12125550177")
    follow(invoke, reply(agreed, "YES"))
    for partner_id in (agreed, invited, agreed):
        follow(invoke, events.RecipientUnsubscribed(recipient_id=partner_id))
    assert (status(agreed), consent(agreed)[0]) == ("LEFT", False)
    assert (status(invited), consent(invited)[0]) == ("DECLINED", False)
    assert sorted(one["template"] for one in messages("partner.")) == [
        "partner.accepted",
        "partner.declined",
        "partner.left",
    ]
    assert evidence(agreed)[-1]["text_version"] == "unsubscribe.page/1"


def test_one_kind_of_mail_that_somebody_ends_shows_and_is_told_once(invoke, call, clock):
    partner_id = added(email="grace@example.com")
    follow(invoke, reply(partner_id, "YES"))
    for category, said in (("partner-good-news", "link-1"), ("partner-notice", "link-2")):
        suppression.suppress("grace@example.com", "UNSUBSCRIBED", source=said, scope=category, now=clock.now())
    ended = outbox.sent("messaging", "AddressOptedOut")
    assert {one["scope"] for one in ended} == {"partner-good-news", "partner-notice"}
    for _ in range(2):
        follow(invoke, *(events.AddressOptedOut.model_validate(one) for one in ended))

    def shown() -> tuple[str, list[str]]:
        partner = call("accountability.read_partner", path={"partner_id": partner_id}, caller=USER).data
        return partner["status"], partner["declinedMails"]

    assert shown() == ("ACTIVE", ["partner-good-news", "partner-notice"])
    assert [one["template"] for one in messages("partner.")] == ["partner.accepted", "partner.fewer-mails"]
    assert world.lines()[-1].content == "Grace unsubscribed from some of our mails."
    clock.advance(hours=1)
    suppression.lift("grace@example.com", now=clock.now())
    follow(invoke, *[events.AddressOptedIn(recipient_id=partner_id)] * 2)
    assert shown() == ("ACTIVE", [])
    assert len(messages("partner.")) == 2


def test_what_somebody_ends_of_their_own_account_is_nobodys_news(call, invoke, clock):
    """Nor what staff end, nor that they want no questions by others; an address that is unfit stays so."""
    partner_id, unfit = (
        added(email="grace@example.com"),
        added(name="Max", email="max@example.com", phone="+12125550177"),
    )
    follow(invoke, lost(events.MessageFailed, unfit, number=1, reason="LANDLINE"))
    for mail, reason, scope in (
        ("grace@example.com", "UNSUBSCRIBED", "balance"),
        ("grace@example.com", "STAFF", "partner-update"),
        ("grace@example.com", "UNSUBSCRIBED", "consent-request"),
        ("max@example.com", "UNSUBSCRIBED", "progress"),
    ):
        suppression.suppress(mail, reason, source=f"{reason}-{scope}", scope=scope, now=clock.now())
    follow(invoke, *(events.AddressOptedOut.model_validate(one) for one in outbox.sent("messaging", "AddressOptedOut")))
    shown = call("accountability.read_partner", path={"partner_id": partner_id}, caller=USER).data
    assert shown["declinedMails"] == []
    assert (status(unfit), [one["template"] for one in messages("partner.")]) == ("INVALID", ["partner.no-texts"])


def test_a_stop_counts_beside_a_kind_of_mail_that_was_ended(invoke, clock):
    partner_id = added(email="grace@example.com")
    follow(invoke, reply(partner_id, "YES"))
    suppression.suppress("grace@example.com", "UNSUBSCRIBED", source="link", scope="partner-notice", now=clock.now())
    suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="STOP"))
    assert status(partner_id) == "OPTED_OUT"


def test_kinds_of_mails_that_were_ended_before_show(call, invoke, clock):
    suppression.suppress("grace@example.com", "UNSUBSCRIBED", source="l", scope="partner-notice", now=clock.now())
    partner_id = asked(email="grace@example.com")
    first = messages("consent")[0]
    left = {"message_id": first["message_id"], "category": "consent-request", "about": first["about"]}
    follow(invoke, events.MessageSent(recipient_id=partner_id, channel="SMS", **left))
    shown = call("accountability.read_partner", path={"partner_id": partner_id}, caller=USER).data
    assert shown["declinedMails"] == ["partner-notice"]


def test_news_of_the_request_that_come_late_swallow_no_answer(invoke, clock):
    partner_id = asked()
    first = messages("consent")[0]
    clock.advance(minutes=1)
    follow(invoke, reply(partner_id, "YES"))
    clock.advance(seconds=30)
    late = {"message_id": first["message_id"], "category": "consent-request", "about": first["about"]}
    follow(invoke, events.MessageSent(recipient_id=partner_id, channel="SMS", **late))
    clock.advance(hours=1)
    follow(invoke, reply(partner_id, "NO", "SM2"))
    assert (status(partner_id), [one["template"] for one in messages("answer.")]) == (
        "LEFT",
        ["answer.yes", "answer.no"],
    )


def test_an_invitation_whose_request_was_stopped_ends(call, invoke, clock):
    removed = added()
    call("accountability.remove_partner", path={"partner_id": removed}, caller=USER)
    message_id = messages("consent")[0]["message_id"]
    commit(Update(Message, message_pk(message_id), Message.SK, [Message.status.set("BLOCKED")]))
    follow(invoke, lost(events.MessageBlocked, removed, reason="INACTIVE"))
    clock.advance(days=1)
    call("accountability.restore_partner", path={"partner_id": removed}, caller=USER)
    clock.advance(days=15)
    work(invoke, removed)
    assert (status(removed), messages("partner.")[-1]["template"]) == ("EXPIRED", "partner.not-asked")


def test_reminders_of_a_request_that_left_late_keep_their_distance(invoke, clock, monkeypatch):
    partner_id = added()
    shown = evidence_of.Shown("consent.request/en/1", "0" * 64, START + timedelta(days=20))
    monkeypatch.setattr(evidence_of, "shown", lambda _: shown)
    clock.at = START + timedelta(days=23)
    work(invoke, partner_id)
    clock.advance(minutes=1)
    work(invoke, partner_id)
    assert len(messages("consent")) == 2
    link = kept(messages("consent")[0]["variables"])["link"]
    assert int(link.parts[2]) * 1000 > to_ms(START + timedelta(days=20 + 14))


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ("ACTIVE", "LEFT"),
        ("REMOVED", "DECLINED"),
        ("OPTED_OUT", "LEFT"),
        ("INVITED", "DECLINED"),
        ("DECLINED", "DECLINED"),
    ],
)
def test_whoever_unsubscribed_gets_nothing_more_whatever_came_before(call, invoke, clock, before, then):
    partner_id = asked()
    if before != "INVITED":
        follow(invoke, reply(partner_id, "NO" if before == "DECLINED" else "YES"))
    if before == "REMOVED":
        call("accountability.remove_partner", path={"partner_id": partner_id}, caller=USER)
    if before == "OPTED_OUT":
        suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
        follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="STOP"))
    assert status(partner_id) == before
    follow(invoke, *[events.RecipientUnsubscribed(recipient_id=partner_id)] * 2)
    if before == "OPTED_OUT":
        clock.advance(hours=1)
        suppression.lift(PHONE, now=clock.now())
        follow(invoke, events.AddressOptedIn(recipient_id=partner_id))
    if before == "REMOVED":
        call("accountability.restore_partner", path={"partner_id": partner_id}, caller=USER)
    assert (status(partner_id), consent(partner_id)[0]) == (then, False)
    clock.advance(days=31)
    again = call("accountability.invite_partner", path={"partner_id": partner_id}, caller=USER)
    assert (again.status, len(messages("consent"))) == (409, 1)


def test_a_no_long_after_the_yes_is_answered_with_how_to_leave(invoke, clock):
    partner_id = asked()
    follow(invoke, reply(partner_id, "YES"))
    clock.advance(hours=1)
    partner = stored(partner_id)
    commit(Update(Partner, partner.pk, partner.sk, [Partner.last_contacted_at.set(clock.now())]))
    follow(invoke, *[reply(partner_id, "NO", "SM2")] * 2)
    assert (status(partner_id), [one["template"] for one in messages("answer.")]) == (
        "ACTIVE",
        ["answer.yes", "answer.stays"],
    )


def test_start_after_stop_is_told_to_the_user(invoke, clock):
    partner_id = asked()
    follow(invoke, reply(partner_id, "YES"))
    suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="STOP"))
    clock.advance(hours=1)
    suppression.lift(PHONE, now=clock.now())
    follow(invoke, *[events.AddressOptedIn(recipient_id=partner_id)] * 2)
    assert status(partner_id) == "ACTIVE"
    assert [one["template"] for one in messages("partner.")] == ["partner.accepted", "partner.stopped", "partner.back"]


@pytest.mark.parametrize(("source", "told"), [("said:SM9", "partner.wrong-number"), ("msg_1-1", "partner.invalid")])
def test_a_wrong_number_is_told_as_what_it_is(invoke, clock, source, told):
    partner_id = asked()
    suppression.suppress(PHONE, "WRONG_NUMBER", source=source, now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="WRONG_NUMBER"))
    assert (status(partner_id), [one["template"] for one in messages("partner.")]) == ("INVALID", [told])


def lost(model, partner_id, number=0, **fields):
    message_id = messages("consent")[number]["message_id"]
    about = f"invitation:{partner_id}"
    return model(message_id=message_id, recipient_id=partner_id, category="consent-request", about=about, **fields)


@pytest.mark.covers("X-A-02", "X-A-03")
@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (events.MessageBlocked, {"reason": "FREQUENCY"}),
        (events.MessageFailed, {"reason": "30003"}),
        (events.MessageCancelled, {"reason": "SUSPENDED"}),
        (events.MessageExpired, {}),
    ],
)
def test_who_was_never_asked_is_not_said_to_have_kept_silent_and_may_be_invited_later(
    call, invoke, clock, model, fields
):
    partner_id = added()
    follow(invoke, lost(model, partner_id, **fields))
    for days in (3, 7, 14):
        clock.at = START
        clock.advance(days=days)
        work(invoke, partner_id)
    assert (status(partner_id), len(messages("consent"))) == ("EXPIRED", 1)
    assert [one["template"] for one in messages("partner.")] == ["partner.not-asked"]
    clock.advance(days=17)
    again = call("accountability.invite_partner", path={"partner_id": partner_id}, caller=USER)
    assert (again.status, again.data["status"]) == (200, "INVITED")
    follow(invoke, lost(model, partner_id, **fields))
    assert status(partner_id) == "INVITED"


def test_a_reminder_that_is_not_sent_takes_nothing_back_of_the_first_request(invoke, clock):
    partner_id = asked()
    clock.advance(days=3)
    work(invoke, partner_id)
    follow(invoke, lost(events.MessageBlocked, partner_id, 1, reason="FREQUENCY"))
    assert (status(partner_id), messages("partner.")) == ("INVITED", [])


@pytest.mark.covers("X-A-03")
def test_asking_again_takes_thirty_days_and_makes_old_links_worthless(call, invoke, clock):
    partner_id = added()
    path = {"partner_id": partner_id}
    invite = lambda: call("accountability.invite_partner", path=path, caller=USER)  # noqa: E731
    assert (invite().status, invite().code) == (409, "PARTNER_STATUS")
    old = team.link_to(partner_id, now=clock.now())
    follow(invoke, reply(partner_id, "NO"))
    refused = invite()
    assert (refused.status, refused.code) == (409, "ASKED_RECENTLY")
    assert "2026-03-31" in refused.json["error"]["message"]
    clock.advance(days=30)
    again = invite()
    assert (again.status, again.data["status"], again.data["invitedAt"]) == (200, "INVITED", "2026-03-31T09:30:00.000Z")
    assert len(messages("consent.request")) == 2
    assert team.visit(old).status == 410
    assert team.visit(team.sent_token(messages("consent.request")[1])).status == 200
    follow(invoke, reply(partner_id, "YES", "SM2"))
    assert (status(partner_id), invite().code) == ("ACTIVE", "PARTNER_STATUS")


@pytest.mark.covers("X-A-34")
def test_a_stop_of_a_lead_ends_sales_too(call, invoke, clock):
    call("accountability.capture_lead", body={"phone": PHONE, "source": "tiktok", "consent": True})
    (lead,) = team.rows("accountability", "LEAD#")
    suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
    clock.advance(seconds=1)
    follow(invoke, events.AddressOptedOut(recipient_id=lead["lead_id"], reason="STOP"))
    assert [line["kind"] for line in evidence(lead["lead_id"])] == ["GIVEN", "WITHDRAWN"]
    (standing,) = team.rows("messaging", f"RECIPIENT#{lead['lead_id']}", "CONSENT#SALES")
    assert standing["given"] is False


@pytest.mark.covers("X-A-05")
def test_who_declined_and_then_stopped_everything_agrees_by_nothing_but_start(invoke, clock):
    partner_id = added()
    follow(invoke, reply(partner_id, "NO"))
    suppression.suppress(PHONE, "STOP", source="SM9", now=clock.now())
    follow(invoke, events.AddressOptedOut(recipient_id=partner_id, reason="STOP"), reply(partner_id, "YES", "SM2"))
    assert (status(partner_id), consent(partner_id)[0]) == ("DECLINED", False)
    token = team.link_to(partner_id, now=clock.now())
    answer = team.submit(token, action="accept", statement=team.statement_on(team.visit(token, "again")), first="SMS")
    assert (answer.status, status(partner_id)) == (409, "DECLINED")
    suppression.lift(PHONE, now=clock.now())
    statement = team.statement_on(team.visit(token, "again"))
    assert team.submit(token, action="accept", statement=statement, first="SMS").status == 303
