"""Twilio's events: statuses move attempts, replies have their effect once."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from shared.kernel import inbox, secrets
from shared.kernel.categories import Channel
from shared.kernel.storage import reads
from shared.kernel.storage.client import aws_client
from shared.messaging.conversation_items import Question
from shared.messaging.history import evidence
from shared.messaging.inbound import answers, reviews
from shared.messaging.items import AddressState, MessagingInbox, address_hash, address_pk
from shared.messaging.message_items import Attempt, Message, attempt_sk, message_pk
from shared.messaging.recipients import suppression
from shared.messaging.sending import conversations
from tests import outbox
from tests.calls import Call, Invoke
from tests.clock import START, FixedClock
from tests.handlers.messaging.conftest import MESSAGE, sent
from tests.texting import ANN, BEN, URL, deliver, posted, sid, signature, status, work, written
from tests.triggers import principal, webhook_event

QUERY = f"message={MESSAGE}&attempt=1"
Enlist = Callable[..., str]


def attempt() -> Attempt:
    found = reads.get(Attempt, message_pk(MESSAGE), attempt_sk(1))
    assert found is not None
    return found


def asked_for() -> list[dict[str, Any]]:
    """Messages that were asked for as answers: (template, to, variables)."""
    found = []
    for event in outbox.sent("messaging", "MessageQueued"):
        message = reads.get(Message, message_pk(event["message_id"]), Message.SK)
        assert message is not None
        found.append(
            {
                "template": message.template,
                "category": message.category,
                "to": message.to,
                "channels": message.channels,
                "variables": json.loads(message.variables),
            }
        )
    return found


def answer(template: str, channel: str = "SMS", to: str = ANN, **variables: str) -> dict[str, Any]:
    return {"template": template, "category": "service", "to": to, "channels": [channel], "variables": variables}


def replies() -> list[tuple[str, str, str]]:
    found = outbox.sent("messaging", "ReplyReceived")
    return sorted((event["recipient_id"], event["about"], event["answer"]) for event in found)


def outcome(event_id: str) -> str | None:
    kept = inbox.read(MessagingInbox, "twilio", event_id)
    return kept.outcome


def stands(number: str = ANN) -> list[str]:
    return [item.reason for item in suppression.standing(address_hash(number)) if item.lifted_at is None]


def waiting() -> list[Any]:
    """Replies that wait for staff."""
    items: list[Any] = reviews.queue("OPEN", limit=10, cursor=None, order="oldest").items
    return items


def test_our_check_of_the_signature_is_the_one_of_their_sdk() -> None:
    fields = written("Grüße & = +", FromCity="")
    assert signature(fields) == RequestValidator("twilio_local").compute_signature(URL, dict(fields))


@pytest.mark.covers("X-W-25", "S-A-16")
def test_a_delivery_is_kept_with_its_query_and_announced_once(invoke: Invoke) -> None:
    event = posted(status("sent"), query=QUERY)
    assert [invoke("messaging.receive_twilio_event", event) for _ in range(2)] == [{"statusCode": 200, "body": ""}] * 2
    kept = inbox.read(MessagingInbox, "twilio", f"{sid()}-sent")
    assert kept.body.startswith(f"{QUERY}\nMessageSid=SM".encode())
    assert outbox.sent("messaging", "TwilioEventReceived") == [{"event_id": f"{sid()}-sent"}]


@pytest.mark.covers("X-A-26", "S-A-34", "S-A-35")
@pytest.mark.parametrize(
    ("states", "end"),
    [
        (["queued", "sent", "delivered"], "DELIVERED"),
        (["delivered", "sent", "queued"], "DELIVERED"),
        (["sent", "read", "delivered"], "READ"),
        (["sent"], "SENT"),
        (["sent", "receiving"], "SENT"),
    ],
)
def test_states_move_an_attempt_on_and_never_back(enlist: Enlist, states: list[str], end: str) -> None:
    sent(enlist("ada"))
    for state in states:
        deliver(status(state), query=QUERY)
    assert (attempt().state, attempt().provider_id) == (end, sid())


@pytest.mark.covers("X-A-26", "X-A-10", "X-A-36")
@pytest.mark.parametrize(
    ("code", "suppressed"), [("30003", []), ("21610", ["CARRIER"]), ("30005", ["WRONG_NUMBER"]), ("30006", [])]
)
def test_a_failure_keeps_its_code_and_a_carriers_block_is_taken_over(
    enlist: Enlist, code: str, suppressed: list[str]
) -> None:
    sent(enlist("ada"))
    deliver(status("undelivered", ErrorCode=code), query=QUERY)
    assert (attempt().state, attempt().code, stands()) == ("UNDELIVERED", code, suppressed)
    told = [event["reason"] for event in outbox.sent("messaging", "AddressOptedOut")]
    assert told == suppressed


@pytest.mark.covers("X-A-41", "S-A-39")
@pytest.mark.parametrize(
    ("states", "by", "end"),
    [
        (["initiated", "ringing", "in-progress", "completed"], "machine_end_beep", "DELIVERED"),
        (["initiated", "ringing", "in-progress", "completed"], "human", "DELIVERED"),
        (["completed"], "fax", "UNDELIVERED"),
        (["initiated", "ringing", "no-answer"], "", "UNDELIVERED"),
        (["busy"], "", "UNDELIVERED"),
        (["failed"], "", "FAILED"),
    ],
)
def test_calls_tell_who_answered(enlist: Enlist, states: list[str], by: str, end: str) -> None:
    sent(enlist("ada"), channel=Channel.VOICE)
    for state in states:
        deliver(status(state, kind="CA", AnsweredBy=by), query=QUERY)
    assert (attempt().state, attempt().answered_by) == (end, by or None)


@pytest.mark.parametrize("query", ["", "message=msg_1&attempt=1", f"message={MESSAGE}", f"message={MESSAGE}&attempt=x"])
def test_a_status_of_no_message_of_ours_changes_nothing(enlist: Enlist, query: str) -> None:
    sent(enlist("ada"))
    assert outcome(deliver(status("delivered"), query=query)) == "IGNORED"
    assert attempt().state == "QUEUED"


@pytest.mark.covers_partly(
    "X-A-09",
    missing="who stopped texts cannot narrow that to one user or one kind of message",
)
@pytest.mark.covers("X-A-05", "X-A-07")
def test_stop_suppresses_the_number_for_everybody_and_is_confirmed_once(enlist: Enlist, clock: FixedClock) -> None:
    people = [enlist("ada"), enlist("bob")]
    sent(people[0])
    event_id = deliver(written("Stop."))
    work(event_id, event_id)
    clock.advance(minutes=1)
    deliver(written("STOP", at=2))
    assert stands() == ["STOP"]
    assert asked_for() == [answer("service.stopped")]
    told = outbox.sent("messaging", "AddressOptedOut")
    assert sorted((one["recipient_id"], one["reason"]) for one in told) == [(one, "STOP") for one in people]
    assert conversations.standing(address_hash(ANN), now=clock.now()) == ([], None)


@pytest.mark.covers("X-A-07")
def test_a_confirmation_that_would_come_late_or_twice_is_left_out(clock: FixedClock, invoke: Invoke) -> None:
    deliver(written("STOP", OptOutType="STOP"))
    late = written("STOP", number=BEN, at=2)
    invoke("messaging.receive_twilio_event", posted(late))
    clock.advance(minutes=6)
    work(f"{sid('SM', 2)}-received")
    assert (stands(), stands(BEN), asked_for()) == (["STOP"], ["STOP"], [])


@pytest.mark.covers("X-A-07")
def test_a_confirmation_leaves_within_five_minutes_of_the_stop_or_not_at_all(clock: FixedClock, invoke: Invoke) -> None:
    invoke("messaging.receive_twilio_event", posted(written("STOP")))
    clock.advance(minutes=4)
    work(f"{sid()}-received")
    (asked,) = outbox.sent("messaging", "MessageQueued")
    message = reads.get(Message, message_pk(asked["message_id"]), Message.SK)
    assert message is not None
    assert message.valid_until == START + timedelta(minutes=5)


@pytest.mark.covers("X-A-05")
def test_a_word_that_only_twilio_takes_for_stop_ends_it_too() -> None:
    deliver(written("baja", OptOutType="STOP"))
    assert stands() == ["STOP"]


@pytest.mark.covers("X-A-05")
def test_a_crash_between_suppressing_and_confirming_loses_neither(
    enlist: Enlist, monkeypatch: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    enlist("ada")
    with monkeypatch.context() as patch:
        patch.setattr("shared.messaging.inbound.replies.transact", _crash)
        invoke("messaging.receive_twilio_event", posted(written("STOP")))
        assert work(f"{sid()}-received") == ["msg-0"]
    assert (stands(), asked_for()) == (["STOP"], [])
    assert work(f"{sid()}-received") == []
    assert asked_for() == [answer("service.stopped")]
    assert len(outbox.sent("messaging", "AddressOptedOut")) == 1


def _crash(*_: object) -> None:
    raise RuntimeError("the function died")


@pytest.mark.covers("X-A-08")
@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
def test_start_takes_messages_up_again(enlist: Enlist, clock: FixedClock, word: str) -> None:
    enlist("ada")
    deliver(written("STOP"))
    clock.advance(minutes=1)
    deliver(written(word, at=2))
    assert stands() == []
    assert answer("service.started") in asked_for()
    assert outbox.sent("messaging", "AddressOptedIn") == [{"recipient_id": "ptn_ada"}]


@pytest.mark.covers("X-A-08")
def test_start_without_a_stop_says_nothing(enlist: Enlist) -> None:
    enlist("ada")
    deliver(written("START"))
    assert asked_for() == []


@pytest.mark.covers("X-A-05")
def test_replies_worked_in_another_order_than_they_came_end_the_same(clock: FixedClock, invoke: Invoke) -> None:
    invoke("messaging.receive_twilio_event", posted(written("START")))
    clock.advance(minutes=1)
    deliver(written("STOP", at=2))
    clock.advance(minutes=1)
    assert work(f"{sid()}-received") == []
    assert stands() == ["STOP"]


@pytest.mark.covers("X-A-08")
@pytest.mark.parametrize("whatsapp", [False, True])
def test_help_is_answered_on_the_same_channel_also_to_a_stranger(whatsapp: bool) -> None:
    deliver(written("help!", whatsapp=whatsapp))
    deliver(written("INFO", at=2, OptOutType="HELP"))
    assert asked_for() == [answer("service.help", "WHATSAPP" if whatsapp else "SMS")]


@pytest.mark.covers("X-A-36")
def test_a_wrong_number_is_written_to_no_more(enlist: Enlist) -> None:
    sent(enlist("ada"))
    deliver(written("Wrong number"))
    assert (stands(), asked_for()) == (["WRONG_NUMBER"], [])
    assert [one["reason"] for one in outbox.sent("messaging", "AddressOptedOut")] == ["WRONG_NUMBER"]


@pytest.mark.covers("X-A-13", "S-A-36")
@pytest.mark.parametrize(("text", "said"), [("1", "ACCEPTED"), ("2", "DONE"), ("3", "CANNOT"), ("on it!", "ACCEPTED")])
def test_an_answer_reaches_its_matter_once(enlist: Enlist, text: str, said: str) -> None:
    sent(enlist("ada"))
    event_id = deliver(written(text))
    work(event_id, event_id)
    assert outbox.sent("messaging", "ReplyReceived") == [
        {
            "recipient_id": "ptn_ada",
            "message_id": MESSAGE,
            "about": "contact:Ada",
            "answer": said,
            "reply_id": sid(),
            "channel": "SMS",
        }
    ]
    assert (outcome(event_id), asked_for()) == ("DONE", [])


@pytest.mark.covers("S-A-36")
def test_what_somebody_says_in_own_words_is_read_by_the_team_and_stands_in_no_event_and_no_log(
    enlist: Enlist, call: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    sent(enlist("ada"))
    event_id = deliver(written("I will  call her at \u202esix"))
    work(event_id, event_id)
    deliver(written("1", at=2))
    deliver(written("\u202e", at=3))
    read = call("messaging.read_message", path={"message_id": MESSAGE}, caller=principal("usr_guide", "messaging:read"))
    assert [one["text"] for one in read.data["replies"]] == ["I will  call her at six", "1"]
    assert len(read.data["attempts"]) == 1
    assert "call her" not in str(outbox.sent("messaging", "ReplyReceived")) + capsys.readouterr().out
    assert (
        call(
            "messaging.read_message", path={"message_id": MESSAGE}, caller=principal("usr_ada", "accountability:use")
        ).status
        == 403
    )


def test_own_words_are_noted_and_asked_after_once_then_read_by_staff(enlist: Enlist) -> None:
    sent(enlist("ada"))
    deliver(written("she is so stubborn"))
    assert asked_for() == [answer("reply.unclear-ask", user_name="Ada")]
    event_id = deliver(written("let me see", at=2))
    work(event_id, event_id)
    assert len(asked_for()) == 1
    (review,) = waiting()
    assert (review.kind, review.question, review.text) == ("UNCLEAR", "ASK", "let me see")
    assert stands() == []
    assert replies() == [("ptn_ada", "contact:Ada", "TEXT")] * 2
    deliver(written("ok will do!!", at=3))
    assert ("ptn_ada", "contact:Ada", "ACCEPTED") in replies()
    deliver(written("she was glad that I called", at=4))
    assert len(asked_for()) == 1
    assert len(waiting()) == 1


@pytest.mark.parametrize(
    ("category", "template"),
    [
        ("consent-request", "reply.who-consent"),
        ("partner-ask", "reply.who-ask"),
        ("partner-notice", "reply.who"),
    ],
)
def test_who_asks_is_told_once_who_we_are_for_whom_and_how_to_end_it(
    enlist: Enlist, category: str, template: str
) -> None:
    sent(enlist("ada"), category=category)
    deliver(written("Hi, who is this?"))
    assert asked_for() == [answer(template, user_name="Ada")]
    deliver(written("but why me?", at=2))
    assert len(asked_for()) == 1
    waits = category != "partner-notice"
    assert len(waiting()) == int(waits)


def test_who_promised_to_check_in_and_asks_who_we_are_is_not_told_to_do_nothing(enlist: Enlist) -> None:
    sent(enlist("ada"))
    deliver(written("will do"))
    deliver(written("who is this?", at=2))
    assert asked_for() == [answer("reply.who-ask", user_name="Ada")]


def test_a_question_after_everything_is_over_is_answered_to_people_we_know(enlist: Enlist) -> None:
    deliver(written("who is this?"))
    assert asked_for() == []
    enlist("ada")
    deliver(written("who is this?", at=2))
    assert asked_for() == [answer("service.help")]


def test_the_words_of_an_answer_are_kept_for_its_owner(enlist: Enlist) -> None:
    sent(enlist("ada"), category="consent-request")
    deliver(written("Yes please!"))
    kept = evidence.written(MESSAGE, sid())
    assert kept is not None
    assert (kept.text, kept.version) == ("Yes please!", answers.phrases().version)
    deliver(written("STOP", at=2))
    assert evidence.written(MESSAGE, sid("SM", 2)) is None


@pytest.mark.covers("X-A-27")
@pytest.mark.parametrize(
    ("text", "who"), [("both", ["ptn_ada", "ptn_bob"]), ("Bob", ["ptn_bob"]), ("ada!", ["ptn_ada"])]
)
def test_which_is_answered_by_both_or_a_name(enlist: Enlist, text: str, who: list[str]) -> None:
    sent(enlist("ada"))
    sent(enlist("bob"), user="Bob", message_id="msg_" + "1" * 26)
    deliver(written("will do"))
    assert asked_for() == [answer("service.which", choices='["Ada", "Bob"]')]
    deliver(written(text, at=2))
    assert [(one[0], one[2]) for one in replies()] == [(one, "ACCEPTED") for one in who]


@pytest.mark.covers("X-A-02")
@pytest.mark.parametrize("said", ["YES", "NO"])
def test_an_invitation_is_answered_by_yes_or_no(enlist: Enlist, said: str) -> None:
    sent(enlist("ada"), category="consent-request")
    deliver(written(said.lower()))
    assert replies() == [("ptn_ada", "contact:Ada", said)]


def test_what_goes_out_in_nobodys_name_takes_no_matters_place(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"), category="consent-request")
    link = sent("ptn_ada", category="consent-request", message_id="msg_" + "1" * 26)
    link.subject_id = None
    assert conversations.opened(link, address_hash(ANN), Channel.SMS, now=clock.now()) == []


def test_an_invitation_takes_answers_for_thirty_days_an_ask_for_seven(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"), category="consent-request")
    sent(enlist("bob"), user="Bob", message_id="msg_" + "1" * 26)
    clock.advance(days=7, seconds=-1)
    deliver(written("1"))
    clock.advance(seconds=2)
    deliver(written("2", at=2))
    clock.advance(days=22)
    deliver(written("no", at=3))
    assert replies() == [
        ("ptn_ada", "contact:Ada", "NO"),
        ("ptn_ada", "contact:Ada", "TEXT"),
        ("ptn_bob", "contact:Bob", "ACCEPTED"),
    ]


def test_who_writes_where_nothing_waits_is_answered_once_a_day(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"))
    clock.advance(days=8)
    for number, text in enumerate(("done", "I talked to her", "no"), 1):
        deliver(written(text, at=number))
        clock.advance(hours=1)
    assert (asked_for(), replies(), stands()) == ([answer("reply.late")], [], [])
    clock.advance(days=1)
    deliver(written("done", at=9))
    assert asked_for() == [answer("reply.late")] * 2


@pytest.mark.covers("X-A-06")
def test_a_no_to_what_asked_nothing_is_answered_and_a_second_one_is_read_by_a_person(
    enlist: Enlist, clock: FixedClock
) -> None:
    sent(enlist("ada"), category="partner-notice")
    clock.advance(hours=1)
    deliver(written("no thanks"))
    assert (asked_for(), replies(), stands()) == (
        [answer("answer.stays", user_name="Ada")],
        [("ptn_ada", "contact:Ada", "TEXT")],
        [],
    )
    clock.advance(minutes=1)
    deliver(written("No.", at=2))
    assert stands() == ["REVIEW"]


def test_a_yes_to_what_asked_nothing_is_noted(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"), category="partner-notice")
    clock.advance(hours=1)
    deliver(written("Yes"))
    assert replies() == [("ptn_ada", "contact:Ada", "TEXT")]


@pytest.mark.covers("X-A-27")
def test_who_is_meant_is_asked_and_the_next_number_picks(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"))
    sent(enlist("bob"), user="Bob", message_id="msg_" + "1" * 26, at=START + timedelta(minutes=1))
    clock.advance(minutes=2)
    deliver(written("3"))
    assert replies() == []
    assert asked_for() == [answer("service.which", choices='["Ada", "Bob"]')]
    deliver(written("2", at=2))
    assert replies() == [("ptn_bob", "contact:Bob", "CANNOT")]
    deliver(written("1", at=3))
    assert replies() == [("ptn_ada", "contact:Ada", "ACCEPTED"), ("ptn_bob", "contact:Bob", "CANNOT")]


@pytest.mark.covers("X-A-27")
def test_what_awaits_no_answer_makes_none_ambiguous_and_still_takes_words(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"))
    notice = {"category": "partner-notice", "user": "Bob", "message_id": "msg_" + "1" * 26}
    sent(enlist("bob"), **notice, at=START + timedelta(minutes=1))
    clock.advance(minutes=2)
    deliver(written("1"))
    assert (replies(), asked_for()) == ([("ptn_ada", "contact:Ada", "ACCEPTED")], [])
    deliver(written("He is on holiday, that is why", at=2))
    assert replies() == [("ptn_ada", "contact:Ada", "ACCEPTED"), ("ptn_bob", "contact:Bob", "TEXT")]


@pytest.mark.covers("X-A-27")
def test_a_notice_takes_nothing_away_from_what_we_asked_before_it(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"))
    sent(enlist("bob"), user="Bob", message_id="msg_" + "1" * 26)
    deliver(written("3"))
    clock.advance(hours=1)
    sent(enlist("cyd"), category="partner-notice", user="Cyd", message_id="msg_" + "2" * 26, at=clock.now())
    deliver(written("2", at=2))
    assert replies() == [("ptn_bob", "contact:Bob", "CANNOT")]


def test_a_number_after_a_mere_notice_is_only_words(enlist: Enlist) -> None:
    sent(enlist("ada"), category="partner-notice")
    deliver(written("1"))
    assert replies() == [("ptn_ada", "contact:Ada", "TEXT")]


@pytest.mark.covers("X-A-27")
def test_a_question_of_ours_is_forgotten_after_a_day(enlist: Enlist, clock: FixedClock) -> None:
    sent(enlist("ada"))
    sent(enlist("bob"), user="Bob", message_id="msg_" + "1" * 26)
    deliver(written("3"))
    assert reads.get(Question, address_pk(ANN), Question.SK) is not None
    clock.advance(hours=24)
    deliver(written("2", at=2))
    assert replies() == []
    assert len(asked_for()) == 2


@pytest.mark.covers("X-A-27")
def test_a_number_after_a_later_message_does_not_pick_what_was_asked_before_it(
    enlist: Enlist, clock: FixedClock
) -> None:
    ada, bob = enlist("ada"), enlist("bob")
    sent(ada)
    sent(bob, user="Bob", message_id="msg_" + "1" * 26)
    deliver(written("3"))
    clock.advance(hours=20)
    sent(bob, user="Bob", message_id="msg_" + "2" * 26, at=clock.now())
    clock.advance(minutes=1)
    deliver(written("1", at=2))
    assert replies() == []
    assert len(asked_for()) == 2
    deliver(written("2", at=3))
    assert replies() == [("ptn_bob", "contact:Bob", "ACCEPTED")]


@pytest.mark.covers("X-A-27")
@pytest.mark.parametrize("text", ["1", "no", "hello there", "\U0001f44d"])
def test_a_stranger_gets_no_reaction(text: str) -> None:
    event_id = deliver(written(text))
    assert (outcome(event_id), asked_for(), replies(), stands()) == ("DONE", [], [], [])


@pytest.mark.parametrize("sender", ["22395", "Bank", "", "+0123", "whatsapp:", "+1415555010a"])
def test_a_sender_that_is_no_number_is_left_alone(sender: str) -> None:
    event_id = deliver(written("STOP", number=sender))
    assert (outcome(event_id), asked_for()) == ("IGNORED", [])


@pytest.mark.covers("X-A-28")
def test_writing_by_whatsapp_opens_the_window_and_stop_there_counts_everywhere(clock: FixedClock) -> None:
    deliver(written("hello", whatsapp=True))
    deliver(written("hello", number=BEN, at=3))
    ann, ben = (reads.get(AddressState, address_pk(one), AddressState.SK) for one in (ANN, BEN))
    assert (ann and ann.heard_at, ben) == (START, None)
    clock.advance(minutes=1)
    deliver(written("stop", whatsapp=True, at=2))
    assert (stands(), asked_for()) == (["STOP"], [answer("service.stopped", "WHATSAPP")])


def test_a_matter_that_is_replaced_meanwhile_is_read_again(enlist: Enlist, monkeypatch: pytest.MonkeyPatch) -> None:
    recipient = enlist("ada")
    sent(recipient)
    real = conversations.standing

    def overtaken(*arguments: Any, **more: Any) -> Any:
        found = real(*arguments, **more)
        monkeypatch.setattr(conversations, "standing", real)
        sent(recipient, message_id="msg_" + "2" * 26)
        return found

    monkeypatch.setattr(conversations, "standing", overtaken)
    deliver(written("1"))
    assert [one["message_id"] for one in outbox.sent("messaging", "ReplyReceived")] == ["msg_" + "2" * 26]


def test_an_event_that_is_not_there_comes_again() -> None:
    assert work(f"{sid()}-received") == ["msg-0"]


def test_during_a_rotation_both_tokens_are_good(invoke: Invoke) -> None:
    fields = json.dumps({"account_sid": "AC", "auth_token": "token-new twilio_local"})
    aws_client("secretsmanager").put_secret_value(SecretId="test/wellspring/twilio", SecretString=fields)
    secrets._kept.clear()
    told = [
        posted(written("x", at=number), token=token)
        for number, token in enumerate(["token-new", "twilio_local", "old"])
    ]
    assert [invoke("messaging.receive_twilio_event", one)["statusCode"] for one in told] == [200, 200, 403]


def test_no_word_and_no_number_is_logged(enlist: Enlist, capfd: pytest.CaptureFixture[str]) -> None:
    sent(enlist("ada"))
    deliver(written("my secret words"))
    deliver(written("please stop texting me about it", at=2))
    said = "".join(capfd.readouterr())
    assert "secret" not in said
    assert "texting" not in said
    assert ANN[1:] not in said


def test_an_address_with_a_path_is_signed_as_it_is(invoke: Invoke) -> None:
    event = webhook_event(b"", {"Content-Type": "application/x-www-form-urlencoded"}) | {"rawPath": "/inbound"}
    event["headers"]["x-twilio-signature"] = signature([], f"{URL}inbound")
    assert invoke("messaging.receive_twilio_event", event)["statusCode"] == 400
