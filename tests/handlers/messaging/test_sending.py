"""A message from its request to its end: sent once, by the right way, in allowed hours, or not and with its reason."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shared import messaging
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit, transact
from shared.messaging import Channel
from shared.messaging.categories import MOST_A_WEEK
from shared.messaging.events import MessageQueued
from shared.messaging.items import AddressState, address_pk
from shared.messaging.message_items import DUE_KIND, MESSAGE_PREFIX
from shared.messaging.recipients import directory, suppression
from shared.messaging.sending import dispatch
from tests import carriers, messages, team
from tests.carriers import Carrier
from tests.clock import START
from tests.messages import LONDON, MAIL, PAT, PHONE, attempts, standing, summary
from tests.outbox import sent
from tests.triggers import due_event, queue_event, schedule_event


@pytest.fixture(autouse=True)
def _sender():
    messages.register_sender()


@pytest.fixture
def carrier():
    with carriers.carried(Carrier()) as stands_in:
        yield stands_in


@pytest.fixture
def send(invoke):
    """Provide ``send(id)``: the consumer of the event that a message was asked for."""

    def consume(message_id):
        answer = invoke("messaging.send_message", queue_event(MessageQueued(message_id=message_id)))
        assert answer == {"batchItemFailures": []}

    return consume


@pytest.fixture
def work(invoke):
    """Provide ``work(id)``: the worker of due messages."""

    def come_due(message_id):
        answer = invoke("messaging.work_due_message", due_event((f"{MESSAGE_PREFIX}{message_id}", "MESSAGE")))
        assert answer == {"batchItemFailures": []}

    return come_due


def told(event, message_id):
    return [found for found in sent("messaging", event) if found["message_id"] == message_id]


@pytest.mark.covers("S-A-31", "X-A-26", "S-A-34", "D-25")
def test_a_message_is_claimed_sent_and_noted(carrier, send):
    messages.enlist()
    ask = messages.ask()
    send(ask)
    (taken,) = carrier.taken
    assert (taken.message_id, taken.attempt, taken.channel, taken.to) == (ask, 1, Channel.SMS, PHONE)
    assert taken.words.text.startswith('Hi Pat, this is Dataday. Ada hasn\'t logged their "morning run" progress')
    message, (attempt,) = standing(ask), attempts(ask)
    assert (message.status, message.channel, message.sent_at) == ("SENT", "SMS", START)
    assert message.due_at == START + timedelta(minutes=15)
    assert (attempt.state, attempt.address, attempt.provider_id) == ("QUEUED", PHONE, f"SM-{ask}-1")
    assert attempt.reference == "escalation.day-2/en/1"
    assert told("MessageSent", ask) == [
        {
            "message_id": ask,
            "recipient_id": PAT,
            "category": "partner-ask",
            "about": "contact:ask-1",
            "channel": "SMS",
        }
    ]


@pytest.mark.covers("X-A-35", "X-N-07")
def test_however_often_it_comes_it_is_sent_once(carrier, send, work):
    messages.enlist()
    ask = messages.ask()
    for _ in range(3):
        send(ask)
        work(ask)
    assert len(carrier.taken) == 1
    with pytest.raises(messaging.AlreadyRequested):
        messages.ask()
    send("msg_unknown")


@pytest.mark.covers("X-A-43")
def test_the_first_text_to_a_number_says_who_writes_and_how_to_end_it(carrier, send):
    messages.enlist()
    first, second = messages.ask(category="partner-notice"), messages.ask("2", category="partner-notice")
    send(first)
    send(second)
    assert "Reply STOP" in carrier.taken[0].words.text
    assert "Reply STOP" not in carrier.taken[1].words.text
    assert reads.get(AddressState, address_pk(PHONE), AddressState.SK).first_text_at == START


@pytest.mark.covers("X-A-04", "D-01", "S-A-23")
@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda: None, "UNKNOWN_RECIPIENT"),
        (lambda: messages.enlist(consents=()), "NO_CONSENT"),
        (lambda: messages.enlist(phone=None, email=None), "NO_ADDRESS"),
        (lambda: (messages.enlist(), messages.agree(PAT, kind="WITHDRAWN")), "NO_CONSENT"),
        (lambda: (messages.enlist(), commit(directory.active(PAT, is_active=False))), "INACTIVE"),
        (lambda: (messages.enlist(), commit(directory.paused(PAT, START + timedelta(days=3)))), "PAUSED"),
        (lambda: messages.enlist(phone="+442079460018", email=None), "LANDLINE"),
        (lambda: messages.enlist(phone="+442079460018", channels=(Channel.WHATSAPP,)), "LANDLINE"),
    ],
)
def test_who_must_not_be_written_to_is_not_and_it_is_recorded_why(carrier, send, prepare, reason):
    prepare()
    ask = messages.ask()
    send(ask)
    assert (carrier.taken, summary(ask)) == ([], ("BLOCKED", reason, []))
    assert standing(ask).due_at is None
    assert [event["reason"] for event in told("MessageBlocked", ask)] == [reason]


@pytest.mark.covers("X-O-05")
def test_a_message_that_is_blocked_is_counted(carrier, send, monkeypatch):
    found = []
    monkeypatch.setattr(dispatch.metrics(), "add_metric", lambda name, unit, value: found.append((name, value)))
    messages.enlist(consents=())
    send(messages.ask())
    assert [value for name, value in found if name == dispatch.STOPPED] == [1]


@pytest.mark.covers("X-A-04")
def test_who_agreed_to_support_somebody_gets_no_sales_texts(carrier, send):
    messages.enlist()
    offer = messages.ask(category="sales")
    send(offer)
    assert (carrier.taken, summary(offer)) == ([], ("BLOCKED", "NO_CONSENT", []))


@pytest.mark.covers("X-A-42")
@pytest.mark.parametrize("status", ["PENDING", "REJECTED"])
def test_texts_to_us_numbers_need_a_registered_sender(carrier, send, status):
    messages.register_sender(status)
    messages.enlist(email=None)
    messages.enlist("ptn_liz", phone=LONDON, email=None)
    american, british = messages.ask(), messages.ask("2", to="ptn_liz", subject_id="usr_bob")
    send(american)
    send(british)
    assert summary(american) == ("BLOCKED", "SENDER_UNREGISTERED", [])
    assert summary(british)[0] == "SENT"


@pytest.mark.covers("X-A-05", "X-A-09", "X-A-10")
@pytest.mark.parametrize("reason", ["STOP", "CARRIER", "STAFF", "WRONG_NUMBER", "REVIEW"])
def test_a_suppressed_address_gets_nothing_from_anybody(carrier, send, reason):
    messages.enlist()
    messages.enlist("ptn_2", email=None)
    suppression.suppress(PHONE, reason, source="test", now=START)
    by_mail, not_at_all = messages.ask(), messages.ask("2", to="ptn_2", subject_id="usr_bob")
    send(by_mail)
    send(not_at_all)
    assert [one.channel for one in carrier.taken] == [Channel.EMAIL]
    assert summary(not_at_all) == ("BLOCKED", f"SUPPRESSED_{reason}", [])


@pytest.mark.covers("X-A-07")
def test_a_stop_is_confirmed_although_it_stands_and_nothing_else_is_answered(carrier, send):
    suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    answer = {"category": "service", "template": "service.stopped", "to": "stranger", "topics": (), "variables": {}}
    confirmation = _direct("confirm", about="SM1", **answer)
    another = _direct("another", about="SM2", **answer)
    for message_id in (confirmation, another):
        send(message_id)
    assert summary(confirmation)[0] == "SENT"
    assert summary(another) == ("BLOCKED", "SUPPRESSED_STOP", [])


def _direct(key, **fields):
    wanted = messaging.MessageRequest(
        key=key,
        recipient_id="stranger",
        category=fields["category"],
        template=fields["template"],
        about=fields["about"],
        channels=(Channel.SMS,),
        to=PHONE,
    )
    transact(messaging.request(wanted, now=START))
    return wanted.message_id


@pytest.mark.covers("X-A-15")
def test_a_matter_that_is_over_stops_what_has_not_left(carrier, send):
    messages.enlist()
    ask = messages.ask(topics=("run:1", "day:1"))
    messages.close("day:1")
    send(ask)
    assert (carrier.taken, summary(ask)) == ([], ("CANCELLED", "LOGGED", []))
    assert [event["reason"] for event in told("MessageCancelled", ask)] == ["LOGGED"]


@pytest.mark.covers("X-A-04", "D-01")
def test_nothing_leaves_by_a_way_that_was_taken_back_between_judging_and_claiming(carrier, send, monkeypatch):
    messages.enlist(channels=(Channel.SMS, Channel.EMAIL))
    ask, judged = messages.ask(), dispatch.claim

    def narrowed_meanwhile(*given, **more):
        monkeypatch.setattr(dispatch, "claim", judged)
        messages.agree(PAT, Channel.EMAIL, at=START + timedelta(seconds=1))
        return judged(*given, **more)

    monkeypatch.setattr(dispatch, "claim", narrowed_meanwhile)
    send(ask)
    assert [one.channel for one in attempts(ask)] == ["EMAIL"]
    assert [one.channel for one in carrier.taken] == [Channel.EMAIL]


@pytest.mark.covers("X-A-04", "X-P-15")
def test_nothing_leaves_in_the_name_of_a_user_who_is_suspended(carrier, send, work, clock, monkeypatch):
    messages.enlist()
    ask, of_another = messages.ask(), messages.ask("2", subject_id="usr_bob", category="partner-notice")
    judged = dispatch.claim

    def suspended_meanwhile(*args, **options):
        monkeypatch.setattr(dispatch, "claim", judged)
        messages.suspend()
        return judged(*args, **options)

    monkeypatch.setattr(dispatch, "claim", suspended_meanwhile)
    send(ask)
    assert (carrier.taken, summary(ask)) == ([], ("CANCELLED", "SUSPENDED", []))
    send(of_another)
    messages.suspend(suspended=False)
    again = messages.ask("3")
    send(again)
    assert [one.message_id for one in carrier.taken] == [of_another, again]


NIGHT = datetime(2026, 3, 1, 2, tzinfo=UTC)


@pytest.mark.covers("X-A-11", "X-N-04", "D-25", "D-26")
def test_at_night_it_waits_and_everything_is_checked_again(carrier, send, work, clock):
    messages.enlist()
    clock.at = NIGHT
    ask, stale = messages.ask(at=NIGHT), messages.ask("2", at=NIGHT, topics=("run:2",), category="partner-notice")
    send(ask)
    send(stale)
    morning = datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (carrier.taken, standing(ask).due_at, summary(ask)[:2]) == ([], morning, ("DEFERRED", "QUIET_HOURS"))
    assert [(event["reason"], event["until"]) for event in told("MessageDeferred", ask)] == [
        ("QUIET_HOURS", "2026-03-01T08:00:00Z")
    ]
    clock.at = morning - timedelta(seconds=1)
    work(ask)
    assert carrier.taken == []
    clock.at = morning
    messages.close("run:2", at=morning)
    work(ask)
    work(stale)
    assert [one.message_id for one in carrier.taken] == [ask]
    assert (standing(ask).allowed_at, summary(stale)[0]) == (morning, "CANCELLED")


def test_what_made_no_sense_any_more_expires(carrier, send, clock):
    messages.enlist()
    ask = messages.ask(valid=timedelta(minutes=5))
    clock.advance(minutes=5)
    send(ask)
    assert (carrier.taken, summary(ask)) == ([], ("EXPIRED", "EXPIRED", []))
    assert len(told("MessageExpired", ask)) == 1


def test_nothing_leaves_before_its_time(carrier, send, work, clock):
    messages.enlist()
    ask = messages.ask(not_before=START + timedelta(hours=1))
    send(ask)
    assert (carrier.taken, standing(ask).status) == ([], "QUEUED")
    clock.advance(hours=1)
    work(ask)
    assert len(carrier.taken) == 1


@pytest.mark.covers("X-A-12", "X-N-07")
def test_one_ask_a_day_whoever_asks_and_by_whatever_channel(carrier, send, work, clock):
    messages.enlist()
    messages.enlist("ptn_again", channels=(Channel.EMAIL, Channel.SMS))
    first, second = messages.ask(), messages.ask("2", to="ptn_again")
    send(first)
    send(second)
    assert summary(second) == ("BLOCKED", "FREQUENCY", [])
    clock.advance(hours=23)
    third = messages.ask("3", at=clock.now())
    send(third)
    assert (summary(third)[:2], standing(third).due_at) == (("DEFERRED", "FREQUENCY"), START + timedelta(hours=24))
    clock.advance(hours=1)
    work(third)
    assert [one.message_id for one in carrier.taken] == [first, third]


@pytest.mark.covers("X-A-12")
def test_who_supports_two_users_is_asked_for_both_in_turn(carrier, send, clock):
    messages.enlist()
    messages.enlist("ptn_again", channels=(Channel.SMS,))
    left = []
    for day in range(4):
        for number, (partner, user) in enumerate([(PAT, "usr_ada"), ("ptn_again", "usr_bob")]):
            ask = messages.ask(f"{day}-{number}", to=partner, subject_id=user, at=clock.now())
            send(ask)
            left += [user] if summary(ask)[0] == "SENT" else []
        clock.advance(days=1)
    assert left == ["usr_ada", "usr_bob", "usr_ada"], "three a week, and never one user alone"
    weeks = []
    for partner, user in [(PAT, "usr_ada"), ("ptn_again", "usr_bob")]:
        weeks.append(messages.ask(f"w-{user}", to=partner, subject_id=user, category="partner-week", at=clock.now()))
        send(weeks[-1])
    assert [summary(week)[0] for week in weeks] == ["BLOCKED", "SENT"], "whose turn it was has it with the week's, too"


@pytest.mark.covers("X-A-12")
def test_all_of_a_week_together_is_what_consent_promises(carrier, send, clock):
    messages.enlist()
    order = [
        "partner-notice",
        "partner-ask",
        "partner-good-news",
        "partner-update",
        "partner-week",
        "partner-all-clear",
    ]
    left = Counter()
    for number in range(40):
        category = order[number % len(order)]
        ask = messages.ask(f"m-{number}", category=category, at=clock.now())
        send(ask)
        left[category] += summary(ask)[0] == "SENT"
        clock.advance(hours=1 if clock.now().hour < 17 else 17)
    assert left.total() == MOST_A_WEEK == 6
    assert left["partner-all-clear"] >= 1


@pytest.mark.covers("X-A-12")
def test_about_one_user_no_more_than_so_many_asks_leave(carrier, send):
    for number in range(11):
        recipient = f"ptn_{number}"
        messages.enlist(recipient, phone=f"+4479111234{number:02}", email=None)
        send(messages.ask(f"ask-{number}", to=recipient))
    assert len(carrier.taken) == 10


@pytest.mark.covers("X-A-26")
def test_what_nobody_confirms_goes_by_the_next_channel_once(carrier, send, work, clock):
    messages.enlist()
    ask = messages.ask()
    send(ask)
    clock.advance(minutes=15)
    work(ask)
    assert [one.channel for one in carrier.taken] == [Channel.SMS, Channel.EMAIL]
    assert summary(ask)[2] == [("SMS", "QUEUED"), ("EMAIL", "QUEUED")]
    clock.advance(minutes=15)
    work(ask)
    assert (len(carrier.taken), standing(ask).status, standing(ask).due_at) == (2, "SENT", None)
    assert told("MessageFailed", ask) == told("MessageBlocked", ask) == []


def test_a_matter_that_is_over_needs_no_fallback(carrier, send, work, clock):
    messages.enlist()
    ask = messages.ask()
    send(ask)
    messages.close()
    clock.advance(minutes=15)
    work(ask)
    assert (len(carrier.taken), standing(ask).status, standing(ask).due_at) == (1, "SENT", None)


def test_a_number_that_receives_no_texts_is_told_as_a_landline(carrier, send):
    messages.enlist(email=None)
    ask = messages.ask()
    carrier.plan = lambda _: carriers.LANDLINE
    send(ask)
    assert standing(ask).reason == "21614"
    assert [event["reason"] for event in told("MessageFailed", ask)] == ["LANDLINE"]


@pytest.mark.covers("X-A-26")
def test_a_refusal_for_now_is_tried_again_later_and_then_elsewhere(carrier, send, work, clock):
    messages.enlist()
    ask = messages.ask()
    carrier.plan = lambda outgoing: carriers.AGAIN if outgoing.channel is Channel.SMS else None
    send(ask)
    for _ in range(5):
        assert (standing(ask).status, standing(ask).reason) == ("QUEUED", "20429")
        clock.at = standing(ask).due_at
        work(ask)
    assert [one.channel for one in carrier.taken] == [Channel.EMAIL]
    assert carrier.seen == {carriers.AGAIN: 6}


def test_a_final_refusal_goes_on_at_once_and_fails_at_the_end(carrier, send):
    messages.enlist()
    ask = messages.ask()
    carrier.plan = lambda _: carriers.FINAL
    send(ask)
    assert summary(ask) == ("FAILED", "30003", [("SMS", "REFUSED"), ("EMAIL", "REFUSED")])
    assert [event["reason"] for event in told("MessageFailed", ask)] == ["30003"]


@pytest.mark.covers("X-A-10")
def test_an_opt_out_that_the_carrier_knows_is_taken_over(carrier, send):
    messages.enlist()
    ask = messages.ask()
    carrier.plan = carriers.script(carriers.OPTED_OUT)
    send(ask)
    assert summary(ask)[2] == [("SMS", "REFUSED"), ("EMAIL", "QUEUED")]
    assert [item.reason for item in suppression.standing(messages.hashed())] == ["CARRIER"]
    assert [event["recipient_id"] for event in sent("messaging", "AddressOptedOut")] == [PAT]


@pytest.mark.covers("X-A-35")
@pytest.mark.parametrize(("kind", "state"), [(carriers.SILENT_AFTER, "QUEUED"), (carriers.SILENT_BEFORE, "LOST")])
def test_where_no_answer_came_the_provider_is_asked_before_anything_is_sent_again(
    carrier, send, work, clock, kind, state
):
    messages.enlist()
    ask = messages.ask()
    carrier.plan = carriers.script(kind)
    send(ask)
    assert (standing(ask).status, attempts(ask)[0].state) == ("SENDING", "UNKNOWN")
    send(ask)
    clock.advance(minutes=2)
    work(ask)
    assert (len(carrier.taken), carrier.asked) == (1, 1)
    assert (standing(ask).status, attempts(ask)[0].state) == ("SENT", state)
    assert len(told("MessageSent", ask)) == 1


def test_a_mail_without_an_answer_is_waited_for_and_then_sent_again(carrier, send, work, clock):
    messages.enlist(channels=(Channel.EMAIL,), phone=None)
    ask = messages.ask()
    carrier.plan = carriers.script(carriers.SILENT_BEFORE)
    send(ask)
    clock.advance(minutes=2)
    work(ask)
    assert (carrier.taken, standing(ask).due_at) == ([], START + timedelta(minutes=15))
    clock.advance(minutes=13)
    work(ask)
    assert [one.attempt for one in carrier.taken] == [2]


def test_a_provider_that_does_not_tell_is_asked_until_the_message_makes_no_sense(carrier, send, work, clock):
    messages.enlist(email=None)
    ask = messages.ask(valid=timedelta(minutes=5))
    carrier.plan, carrier.mute = carriers.script(carriers.SILENT_AFTER), True
    send(ask)
    for _ in range(3):
        clock.at = standing(ask).due_at
        work(ask)
    assert (summary(ask)[:2], carrier.asked) == (("FAILED", "OUTCOME_UNKNOWN"), 3)


@pytest.mark.covers("S-A-32", "S-A-03")
def test_a_voice_message_goes_with_each_text_for_those_who_want_both(carrier, send):
    messages.enlist(voicemail=True)
    ask = messages.ask()
    send(ask)
    (spoken_id,) = [found["message_id"] for found in sent("messaging", "MessageQueued") if found["message_id"] != ask]
    send(spoken_id)
    assert [one.channel for one in carrier.taken] == [Channel.SMS, Channel.VOICE]
    assert (standing(spoken_id).companion_of, standing(spoken_id).about) == (ask, None)


@pytest.mark.covers("X-A-41")
def test_who_agreed_to_texts_alone_gets_no_voice_message_with_them(carrier, send):
    messages.enlist(voicemail=True, consents=(Channel.SMS,))
    send(messages.ask())
    for queued in sent("messaging", "MessageQueued"):
        send(queued["message_id"])
    assert [one.channel for one in carrier.taken] == [Channel.SMS]


def test_a_retried_text_asks_for_its_voice_message_once(carrier, send, work, clock):
    messages.enlist(voicemail=True)
    ask = messages.ask()
    carrier.plan = carriers.script(carriers.AGAIN)
    send(ask)
    clock.advance(seconds=30)
    work(ask)
    assert len(sent("messaging", "MessageQueued")) == 2
    assert standing(ask).status == "SENT"


@pytest.mark.covers("X-A-12")
def test_a_retried_text_counts_once_against_its_caps(carrier, send, work, clock):
    messages.enlist()
    ask = messages.ask()
    carrier.plan = carriers.script(carriers.AGAIN)
    send(ask)
    clock.advance(seconds=30)
    work(ask)
    assert (standing(ask).status, len(attempts(ask))) == ("SENT", 2)
    counted = [len(one["sends"]) for one in team.rows("messaging", sk="SENDS#")]
    assert counted == [1] * len(counted) != []


@pytest.mark.covers("X-A-28", "S-A-31", "S-A-39")
def test_whatsapp_outside_a_conversation_needs_an_approved_template(carrier, send):
    messages.enlist(channels=(Channel.WHATSAPP, Channel.EMAIL))
    cold = messages.ask()
    send(cold)
    assert [one.channel for one in carrier.taken] == [Channel.EMAIL]
    messages.enlist("ptn_warm", phone=LONDON, email=None, channels=(Channel.WHATSAPP,))
    state = AddressState(pk=address_pk(LONDON), sk=AddressState.SK, heard_at=START - timedelta(hours=23))
    commit(Put(state))
    warm = messages.ask("2", to="ptn_warm", subject_id="usr_bob")
    send(warm)
    assert (carrier.taken[-1].channel, carrier.taken[-1].conversation) == (Channel.WHATSAPP, True)
    commit(Put(AddressState(pk=address_pk(LONDON), sk=AddressState.SK, heard_at=START - timedelta(hours=24))))
    over = messages.ask("3", to="ptn_warm", subject_id="usr_bob", category="partner-notice")
    send(over)
    assert summary(over) == ("BLOCKED", "WHATSAPP_WINDOW", [])


def test_words_that_cannot_be_made_block_it(carrier, send):
    messages.enlist()
    ask = messages.ask(variables={"partner_name": "Pat"})
    send(ask)
    assert (carrier.taken, summary(ask)) == ([], ("BLOCKED", "TEMPLATE", []))


def test_mail_that_may_be_unsubscribed_from_says_how(carrier, send):
    messages.enlist(channels=(Channel.EMAIL,))
    send(messages.ask())
    assert carrier.taken[0].unsubscribe


def test_confidential_words_are_not_kept(carrier, send):
    wanted = messaging.MessageRequest(
        key="verify",
        recipient_id="usr_new",
        category="account",
        template="account.known",
        variables={"name": "Ann", "link": "https://example.com/x"},
        to=MAIL,
    )
    transact(messaging.request(wanted, now=START))
    send(wanted.message_id)
    assert summary(wanted.message_id)[0] == "SENT"
    assert attempts(wanted.message_id)[0].text is None


def test_the_sweep_hands_over_what_is_due(carrier, invoke, due_queues, clock, send):
    messages.enlist()
    sent_now, later = messages.ask(), messages.ask("2", not_before=START + timedelta(minutes=5))
    send(sent_now)
    invoke("messaging.sweep_messages", schedule_event())
    assert due_queues.taken() == []
    clock.advance(minutes=4)
    invoke("messaging.sweep_messages", schedule_event())
    (handed,) = due_queues.taken()
    assert (handed.queue, handed.body["pk"], handed.seconds) == (
        f"test-wellspring-due-{DUE_KIND}",
        f"{MESSAGE_PREFIX}{later}",
        60,
    )


def test_a_first_text_that_was_refused_told_nobody_how_to_end_it(carrier, send, work, clock):
    messages.enlist()
    ask = messages.ask(category="partner-notice")
    carrier.plan = carriers.script(carriers.AGAIN)
    send(ask)
    clock.advance(seconds=30)
    work(ask)
    assert ["Reply STOP" in one.words.text for one in carrier.taken] == [True]


def test_who_gets_a_voice_message_with_the_text_gets_no_second_call(carrier, send, work, clock):
    messages.enlist(voicemail=True, channels=(Channel.SMS, Channel.VOICE, Channel.EMAIL))
    ask = messages.ask()
    send(ask)
    (spoken,) = [found["message_id"] for found in sent("messaging", "MessageQueued") if found["message_id"] != ask]
    send(spoken)
    for _ in range(3):
        clock.advance(minutes=15)
        work(ask)
        work(spoken)
    assert [one.channel for one in carrier.taken] == [Channel.SMS, Channel.VOICE, Channel.EMAIL]


def test_an_answer_to_a_number_that_cannot_be_is_not_sent(carrier, send):
    wanted = messaging.MessageRequest(
        key="help",
        recipient_id="stranger",
        category="service",
        template="service.help",
        channels=(Channel.SMS,),
        to="+9991234567",
    )
    transact(messaging.request(wanted, now=START))
    send(wanted.message_id)
    assert (carrier.taken, summary(wanted.message_id)) == ([], ("BLOCKED", "NO_PERSON", []))


@pytest.mark.covers("X-A-34")
def test_a_stop_ends_what_a_lead_agreed_to_as_well(carrier, send):
    messages.enlist("led_1", email=None, consents=())
    said = messaging.Statement("led_1", "GIVEN", messaging.Purpose.SALES, (Channel.SMS,), "API")
    transact(messaging.stated(said, now=START))
    before = messages.ask(to="led_1", category="sales")
    send(before)
    suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    after = messages.ask("2", to="led_1", category="sales")
    send(after)
    assert (summary(before)[0], summary(after)) == ("SENT", ("BLOCKED", "SUPPRESSED_STOP", []))


@pytest.mark.covers("X-A-11", "X-A-07")
@pytest.mark.parametrize(
    ("at", "changes", "within"),
    [
        (START, {}, timedelta(minutes=15)),
        (datetime(2026, 3, 1, 20, 55, 30, tzinfo=UTC), {}, timedelta(minutes=4, seconds=30)),
        (START, {"valid": timedelta(minutes=3)}, timedelta(minutes=3)),
        (START, {"hours": (8 * 60, 9 * 60 + 40)}, timedelta(minutes=10)),
    ],
)
def test_a_text_that_the_provider_lets_wait_leaves_in_allowed_hours_or_not_at_all(
    carrier, send, clock, at, changes, within
):
    messages.enlist()
    clock.at = at
    send(messages.ask(at=at, **changes))
    assert [one.within for one in carrier.taken] == [within]
