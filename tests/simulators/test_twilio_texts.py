"""The Twilio SDK against the simulator: texts and WhatsApp messages."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from requests.exceptions import ConnectionError as NoAnswer
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from infra.local.clock import LocalClock
from tests.simulators.conftest import call

ACCOUNT, TOKEN, SERVICE = "AC" + "0" * 32, "twilio_local", "MG" + "0" * 32
ANNA, UK_LANDLINE = "+14155550101", "+442079460000"
WHATSAPP, OURS = f"whatsapp:{ANNA}", "whatsapp:+15005550006"


def make_client(sim, token=TOKEN):
    client = Client(ACCOUNT, token)
    client.api.base_url = sim.url
    return client


@pytest.fixture
def client(twilio_sim):
    return make_client(twilio_sim)


@pytest.fixture
def send(client, receiver):
    def send(to=ANNA, body="Hello", **more):
        sender = {} if "from_" in more else {"messaging_service_sid": SERVICE}
        words = {} if "content_sid" in more else {"body": body}
        callback = {"status_callback": f"{receiver.url}?message=msg_1&attempt=1"}
        return client.messages.create(to=to, **sender | words | callback | more)

    return send


def steer(sim, path, **body):
    answer = call("POST", f"{sim.url}/_sim/{path}", body)
    assert answer.status in {200, 204}, answer.text
    return answer


def code_of(act):
    with pytest.raises(TwilioRestException) as refused:
        act()
    return refused.value.status, refused.value.code


def statuses(receiver):
    return [one.form["MessageStatus"] for one in receiver.received]


def test_a_text_is_taken_sent_and_delivered_and_each_state_is_told(twilio_sim, client, send, receiver):
    taken = send(body="Grüße & mehr")
    assert (taken.status, taken.sid[:2], len(taken.sid)) == ("accepted", "SM", 34)
    assert (taken.to, taken.body, taken.messaging_service_sid) == (ANNA, "Grüße & mehr", SERVICE)
    twilio_sim.settled()
    assert statuses(receiver) == ["queued", "sent", "delivered"]
    last = receiver.received[-1]
    assert last.path == "/hooks?message=msg_1&attempt=1"
    assert (last.form["MessageSid"], last.form["To"], last.form["AccountSid"]) == (taken.sid, ANNA, ACCOUNT)
    assert client.messages(taken.sid).fetch().status == "delivered"


def test_a_callback_is_signed_over_its_address_and_every_field(twilio_sim, send, receiver):
    send()
    twilio_sim.settled()
    for one in receiver.received:
        url, signature = receiver.url.removesuffix("/hooks") + one.path, one.headers["X-Twilio-Signature"]
        assert RequestValidator(TOKEN).validate(url, one.form, signature)
        assert not RequestValidator(TOKEN).validate(url, one.form | {"MessageStatus": "read"}, signature)
        assert not RequestValidator(TOKEN).validate(f"{url}0", one.form, signature)


def test_a_number_of_ours_may_be_the_sender(send):
    assert send(from_="+15005550006").status == "queued"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"to": "+1415"}, (400, 21211)),
        ({"to": "4155550101"}, (400, 21211)),
        ({"to": "+15005550001"}, (400, 21211)),
        ({"to": "+15005550003"}, (403, 21408)),
        ({"to": "+15005550004"}, (400, 21610)),
        ({"to": "+15005550009"}, (400, 21614)),
        ({"to": UK_LANDLINE}, (400, 21614)),
        ({"body": "x" * 1601}, (400, 21617)),
        ({"body": ""}, (400, 21602)),
        ({"messaging_service_sid": "MG1"}, (404, 21701)),
        ({"from_": "soon"}, (400, 21212)),
        ({"to": WHATSAPP, "from_": "+15005550006"}, (400, 21910)),
        ({"status_callback": "nowhere"}, (400, 21609)),
        ({"to": WHATSAPP, "content_sid": "HX1", "content_variables": "{"}, (400, 21656)),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(twilio_sim, send, changes, expected):
    assert code_of(lambda: send(**changes)) == expected
    assert twilio_sim.state()["texts"] == []


def test_a_body_of_1600_characters_is_taken(send):
    assert send(body="x" * 1600).sid


def test_a_wrong_token_is_refused(twilio_sim):
    client = make_client(twilio_sim, "other")
    assert code_of(lambda: client.messages.create(to=ANNA, body="x", messaging_service_sid=SERVICE)) == (401, 20003)


def test_an_unknown_message_is_not_found(client):
    assert code_of(lambda: client.messages("SM" + "0" * 32).fetch()) == (404, 20404)


def test_a_number_that_cannot_be_reached_tells_why(twilio_sim, client, send, receiver):
    steer(twilio_sim, "numbers", number=ANNA, text="undelivered", error=30005)
    sid = send().sid
    twilio_sim.settled()
    assert statuses(receiver) == ["queued", "sent", "undelivered"]
    assert receiver.received[-1].form["ErrorCode"] == "30005"
    found = client.messages(sid).fetch()
    assert (found.status, found.error_code) == ("undelivered", 30005)


def test_a_number_without_receipts_stays_sent(twilio_sim, send, receiver):
    steer(twilio_sim, "numbers", number=ANNA, text="sent")
    send()
    twilio_sim.settled()
    assert statuses(receiver) == ["queued", "sent"]


def test_a_mode_strikes_one_number_once(twilio_sim, send, receiver):
    twilio_sim.modes(failed={"only": ANNA})
    send(to="+14155550102")
    send()
    send()
    state = twilio_sim.settled()
    assert [text["status"] for text in state["texts"]] == ["delivered", "failed", "delivered"]
    assert state["happened"] == {"failed": 1}


def test_texts_are_found_by_recipient_and_time_newest_first(client, send):
    sids = [send(body=str(number)).sid for number in range(3)]
    send(to="+14155550102")
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert [text.sid for text in client.messages.list(to=ANNA, date_sent_after=since)] == sids[::-1]
    assert client.messages.list(to=ANNA, date_sent_after=datetime.now(UTC) + timedelta(minutes=1)) == []
    assert client.messages.list(to=ANNA, date_sent_before=since) == []
    assert len(client.messages.list(date_sent=datetime.now(UTC).date())) == 4
    assert [text.sid for text in client.messages.list(to=ANNA, page_size=1)] == sids[::-1]


@pytest.mark.parametrize(("mode", "taken"), [("unreachable", 0), ("timeout", 1)])
def test_a_lost_answer_may_or_may_not_have_taken_effect(twilio_sim, client, send, mode, taken):
    twilio_sim.modes(**{mode: {"only": "POST"}})
    with pytest.raises(NoAnswer):
        send()
    assert len(client.messages.list(to=ANNA)) == taken


@pytest.mark.parametrize(("mode", "expected"), [("rate_limit", (429, 20429)), ("server_error", (500, 20500))])
def test_twilio_may_be_busy_or_broken(twilio_sim, client, send, mode, expected):
    twilio_sim.modes(**{mode: {"only": "Messages.json"}})
    assert code_of(send) == expected
    assert client.messages.list() == []
    assert send().sid


def test_callbacks_may_be_doubled_lost_shuffled_or_forged(twilio_sim, send, receiver):
    twilio_sim.modes(
        webhook_duplicate={"only": "message queued"},
        webhook_reorder={"only": "message sent"},
        webhook_corrupt={"only": "message delivered"},
    )
    send()
    twilio_sim.settled()
    assert statuses(receiver) == ["queued", "queued", "delivered", "sent"]
    forged = receiver.received[2]
    url = f"{receiver.url}?message=msg_1&attempt=1"
    assert not RequestValidator(TOKEN).validate(url, forged.form, forged.headers["X-Twilio-Signature"])
    twilio_sim.modes(webhook_withhold={"times": None, "only": ANNA})
    send()
    twilio_sim.settled()
    assert len(receiver.received) == 4


def test_a_callback_is_sent_again_once_when_nobody_answers_and_never_after_an_answer(twilio_sim, send, receiver):
    receiver.answers.append(500)
    send()
    send(status_callback="http://127.0.0.1:9/nobody")
    deliveries = twilio_sim.settled()["deliveries"]
    assert len(receiver.received) == 3
    assert sorted(one["attempt"] for one in deliveries if one["status"] == 0) == [0, 0, 0, 1, 1, 1]


def test_a_past_callback_can_be_replayed(twilio_sim, send, receiver):
    send()
    event = twilio_sim.settled()["events"][-1]
    steer(twilio_sim, f"events/{event['id']}/redeliver", times=5)
    assert statuses(receiver) == ["queued", "sent", *["delivered"] * 6]


def test_a_reply_reaches_the_application(twilio_sim, send, receiver):
    twilio_sim.listen(receiver.url)
    send()
    twilio_sim.settled()
    sid = steer(twilio_sim, "reply", **{"from": ANNA, "body": "1"}).json["sid"]
    twilio_sim.settled()
    one = receiver.received[-1]
    expected = {"MessageSid": sid, "From": ANNA, "To": "+15005550006", "Body": "1", "NumMedia": "0"}
    expected |= {"MessagingServiceSid": SERVICE, "SmsStatus": "received", "AccountSid": ACCOUNT, "FromCity": ""}
    assert expected.items() <= one.form.items()
    assert RequestValidator(TOKEN).validate(receiver.url, one.form, one.headers["X-Twilio-Signature"])


def test_stop_shuts_a_number_until_start(twilio_sim, send, receiver):
    twilio_sim.listen(receiver.url)
    send()
    steer(twilio_sim, "reply", **{"from": ANNA, "body": " stop "})
    assert code_of(send) == (400, 21610)
    assert send(to="+14155550102").sid
    twilio_sim.settled()
    assert [one.form["OptOutType"] for one in receiver.received if "OptOutType" in one.form] == ["STOP"]
    steer(twilio_sim, "reply", **{"from": ANNA, "body": "Start"})
    assert send().sid
    answers = [text for text in twilio_sim.settled()["texts"] if text["direction"] == "outbound-reply"]
    assert ["unsubscribed" in answers[0]["body"], "subscribed again" in answers[1]["body"]] == [True, True]


def test_words_besides_the_keyword_shut_nothing(twilio_sim, send):
    steer(twilio_sim, "reply", **{"from": ANNA, "body": "please stop"})
    assert send().sid


def test_an_account_may_leave_keywords_to_the_application(twilio_sim, send):
    steer(twilio_sim, "keywords", handled=False)
    steer(twilio_sim, "reply", **{"from": ANNA, "body": "STOP"})
    assert send().sid
    assert [text["direction"] for text in twilio_sim.state()["texts"]] == ["inbound", "outbound-api"]


def test_whatsapp_takes_own_words_only_within_24_hours_of_a_message(twilio_sim, send, receiver, clock_file):
    send(to=WHATSAPP, from_=OURS)
    twilio_sim.settled()
    assert statuses(receiver) == ["queued", "failed"]
    assert receiver.received[-1].form["ErrorCode"] == "63016"
    steer(twilio_sim, "reply", **{"from": WHATSAPP, "body": "hi"})
    send(to=WHATSAPP, from_=OURS)
    LocalClock(clock_file).move(hours=24)
    send(to=WHATSAPP, from_=OURS)
    texts = [text for text in twilio_sim.settled()["texts"] if text["direction"] == "outbound-api"]
    assert [text["status"] for text in texts] == ["failed", "delivered", "failed"]


def test_whatsapp_takes_a_template_at_any_time_and_may_tell_that_it_was_read(twilio_sim, send, receiver):
    steer(twilio_sim, "contents", sid="HX1", body="Hello {{1}}, {{2}}")
    steer(twilio_sim, "numbers", number=ANNA, text="read")
    taken = send(to=WHATSAPP, content_sid="HX1", content_variables=json.dumps({"1": "Anna"}))
    assert (taken.from_, taken.body) == (OURS, "Hello Anna, {{2}}")
    twilio_sim.settled()
    assert statuses(receiver) == ["queued", "sent", "delivered", "read"]
    assert (receiver.received[-1].form["EventType"], receiver.received[-1].form["ChannelPrefix"]) == (
        "READ",
        "whatsapp",
    )


def test_times_follow_the_moved_clock(twilio_sim, client, send, clock_file):
    told = LocalClock(clock_file).move(days=3)
    assert abs(send().date_created - told) < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reply", {"from": "anna", "body": "1"}),
        ("reply", {"from": ANNA}),
        ("numbers", {"number": "x"}),
        ("numbers", {"number": ANNA, "text": "lost"}),
        ("contents", {"sid": 1}),
        ("modes", {"decline": {}}),
    ],
)
def test_a_steering_request_that_means_nothing_is_refused(twilio_sim, path, body):
    assert call("POST", f"{twilio_sim.url}/_sim/{path}", body).status == 400
