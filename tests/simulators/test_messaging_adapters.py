"""Messaging's adapters against the simulators, over the real SDKs."""

import json
import time
from datetime import timedelta

import pytest

from infra.local.simulators.ses.topic import TOPIC
from shared.kernel import config, secrets
from shared.kernel.brands import Product
from shared.kernel.categories import Channel
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Unavailable
from shared.kernel.storage import client
from shared.messaging.brands import product_of
from shared.messaging.categories import CATEGORIES
from shared.messaging.inbound import sns
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Refused, Words
from shared.messaging.providers import ses, twilio
from shared.messaging.templates.catalogue import seeded
from shared.messaging.templates.rendering import compose
from tests import environment
from tests.languages import english
from tests.simulators.test_twilio_texts import ACCOUNT, ANNA, TOKEN, UK_LANDLINE, steer


@pytest.fixture
def sim(twilio_sim, receiver, monkeypatch):
    told = {
        "WELLSPRING_STAGE": "test",
        "WELLSPRING_TWILIO_API_BASE": twilio_sim.url,
        "WELLSPRING_TWILIO_MESSAGING_SERVICE": "MG" + "0" * 32,
        "WELLSPRING_TWILIO_VOICE_FROM": "+15005550006",
        "WELLSPRING_TWILIO_WHATSAPP_FROM": "+15005550006",
        "WELLSPRING_CALLBACK_TWILIO": receiver.url,
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    fields = json.dumps({"account_sid": ACCOUNT, "auth_token": f"{TOKEN} the-one-before"})
    monkeypatch.setattr(secrets, "_kept", {"twilio": (time.monotonic(), fields)})
    environment.read_anew()
    yield twilio_sim
    environment.read_anew()


def outgoing(channel=Channel.SMS, to=ANNA, text="Hi Anna, 1 < 2 & \U0001f389", **more):
    usual = {"message_id": "msg_1", "attempt": 2, "claimed_at": SystemClock().now(), "words": Words(text, 1)}
    return Outgoing(channel=channel, to=to, **usual | more)


def test_a_text_goes_out_and_its_callbacks_name_message_and_attempt(sim, receiver):
    taken = twilio.send(outgoing())
    (text,) = sim.settled()["texts"]
    assert (text["sid"], text["to"], text["body"], text["service"]) == (
        taken.provider_id,
        ANNA,
        "Hi Anna, 1 < 2 & \U0001f389",
        "MG" + "0" * 32,
    )
    assert not taken.arrived
    assert {one.path for one in receiver.received} == {"/hooks?message=msg_1&attempt=2"}


@pytest.mark.covers("X-A-11")
@pytest.mark.parametrize(("within", "told"), [(timedelta(minutes=15), "900"), (timedelta(seconds=2), "10")])
def test_a_text_waits_at_twilio_no_longer_than_it_may(sim, within, told):
    twilio.send(outgoing(within=within))
    (text,) = sim.settled()["texts"]
    assert text["validity"] == told


@pytest.mark.covers("X-A-28", "S-A-39")
def test_whatsapp_goes_in_own_words_in_a_conversation_and_by_template_outside(sim):
    words = Words("Hi Anna", 1, content_sid="HX" + "1" * 32, content_variables=("Anna", "Ada"))
    twilio.send(outgoing(Channel.WHATSAPP, words=words, conversation=True))
    twilio.send(outgoing(Channel.WHATSAPP, words=words))
    first, second = sim.settled()["texts"]
    assert (first["to"], first["body"], first["content"]) == (f"whatsapp:{ANNA}", "Hi Anna", "")
    assert (second["content"], second["body"]) == (
        "HX" + "1" * 32,
        f'HX{"1" * 32} {{"1": "Anna", "2": "Ada"}}',
    )


@pytest.mark.covers("X-A-41", "S-A-39")
def test_a_call_speaks_after_a_machines_greeting_and_what_it_says_is_escaped(sim):
    taken = twilio.send(outgoing(Channel.VOICE, text="<Hangup/> & call Ada"))
    (call,) = sim.settled()["calls"]
    assert (call["sid"], call["detection"]) == (taken.provider_id, "DetectMessageEnd")
    assert '<Say language="en-US">&lt;Hangup/&gt; &amp; call Ada</Say>' in call["twiml"]
    assert set(call["events"]) == {"initiated", "ringing", "answered", "completed"}


@pytest.mark.parametrize(
    ("code", "again", "suppress"),
    [
        (21610, False, "CARRIER"),
        (21211, False, "WRONG_NUMBER"),
        (30005, False, "WRONG_NUMBER"),
        (21614, False, None),
        (30006, False, None),
        (21408, False, None),
        (63016, False, None),
        (63018, True, None),
        (21611, True, None),
        (20429, True, None),
        (20003, True, None),
    ],
)
def test_a_refusal_tells_what_to_do(sim, code, again, suppress):
    steer(sim, "numbers", number=ANNA, refuse=code)
    with pytest.raises(Refused) as refused:
        twilio.send(outgoing())
    assert (refused.value.code, refused.value.again, refused.value.suppress) == (str(code), again, suppress)
    assert ANNA not in repr(refused.value) + str(refused.value.__cause__)


def test_a_landline_is_refused_for_texts(sim):
    with pytest.raises(Refused, match="21614"):
        twilio.send(outgoing(to=UK_LANDLINE))


def test_trouble_that_passes_and_trouble_that_may_have_had_effect_are_told_apart(sim, monkeypatch):
    sim.modes(rate_limit={"times": 1})
    with pytest.raises(Refused) as busy:
        twilio.send(outgoing())
    assert busy.value.again
    sim.modes(server_error={"times": 1})
    with pytest.raises(OutcomeUnknown):
        twilio.send(outgoing())
    monkeypatch.setenv("WELLSPRING_TWILIO_API_BASE", "http://127.0.0.1:1")
    environment.read_anew()
    with pytest.raises(Refused) as nobody:
        twilio.send(outgoing())
    assert (nobody.value.code, nobody.value.again) == ("unreachable", True)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP, Channel.VOICE])
def test_what_was_taken_though_its_answer_was_lost_is_found(sim, channel):
    attempt = outgoing(channel, conversation=True)
    assert twilio.find(attempt) is None
    sim.modes(timeout={"times": 1})
    with pytest.raises(OutcomeUnknown):
        twilio.send(attempt)
    found = twilio.find(attempt)
    state = sim.settled()
    assert found is not None
    assert [one["sid"] for one in state["texts"] + state["calls"]] == [found.provider_id]


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP, Channel.VOICE])
@pytest.mark.parametrize("mode", ["cut_short", "garbled"])
def test_what_was_taken_though_its_answer_was_none_is_found(sim, channel, mode):
    attempt = outgoing(channel, conversation=True)
    sim.modes(**{mode: {"times": 2}})
    with pytest.raises(OutcomeUnknown):
        twilio.send(attempt)
    # Nor does Twilio tell now what it has.
    with pytest.raises(OutcomeUnknown):
        twilio.find(attempt)
    found = twilio.find(attempt)
    state = sim.settled()
    assert found is not None
    assert [one["sid"] for one in state["texts"] + state["calls"]] == [found.provider_id]


def test_what_a_proxy_refuses_is_as_good_later(sim):
    sim.modes(forbidden={"times": 1})
    with pytest.raises(Refused) as refused:
        twilio.send(outgoing())
    assert (refused.value.code, refused.value.again, refused.value.suppress) == ("403", True, None)
    assert twilio.find(outgoing()) is None


def test_other_words_an_earlier_time_and_another_number_are_not_taken_for_it(sim):
    twilio.send(outgoing())
    assert twilio.find(outgoing(text="something else")) is None
    assert twilio.find(outgoing(claimed_at=SystemClock().now() + timedelta(minutes=1))) is None
    assert twilio.find(outgoing(to="+447700900123")) is None
    assert twilio.find(outgoing()) is not None


def test_without_credentials_nothing_is_lost(sim, monkeypatch):
    fields = json.dumps({"account_sid": "", "auth_token": ""})
    monkeypatch.setattr(secrets, "_kept", {"twilio": (time.monotonic(), fields)})
    with pytest.raises(Refused) as refused:
        twilio.send(outgoing())
    assert refused.value.again


def test_no_number_is_logged(sim, caplog, capfd):
    caplog.set_level("DEBUG", logger="shared")
    caplog.set_level("DEBUG", logger="twilio")
    twilio.send(outgoing())
    twilio.find(outgoing())
    assert ANNA.removeprefix("+") not in caplog.text + "".join(capfd.readouterr())


def test_a_mail_can_be_unsubscribed_with_one_click_and_carries_its_tags(monkeypatch):
    for name, value in {"STAGE": "test", "PUBLIC_URL": "https://api.example", "MAIL_EVENTS": "set-1"}.items():
        monkeypatch.setenv(f"WELLSPRING_{name}", value)
    environment.read_anew()
    said = "Hi <Ada>,\nsee https://api.example/x\n\nhttps://evil.example or https://api.example.evil.example/x"
    words = Words(said, 1, subject="Ada & goals")
    mail = outgoing(Channel.EMAIL, to="ann@example.com", words=words, unsubscribe="tok.en", category="partner-ask")
    request = ses._request(mail)
    environment.read_anew()
    assert request["FromEmailAddress"] == "Dataday <hello@wellspring.example>"
    assert request["ReplyToAddresses"] == ["help@dataday.example"]
    assert request["ConfigurationSetName"] == "set-1"
    assert request["EmailTags"] == [{"Name": "message", "Value": "msg_1"}, {"Name": "attempt", "Value": "2"}]
    assert request["Content"]["Simple"]["Headers"] == [
        {"Name": "List-Unsubscribe", "Value": "<https://api.example/v1/unsubscribe/tok.en>"},
        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
    ]
    html = request["Content"]["Simple"]["Body"]["Html"]["Data"]
    assert "Hi &lt;Ada&gt;," in html
    assert 'href="https://api.example/x"' in html
    # What people call themselves or their goals never becomes a link of ours.
    assert "https://evil.example or" in html
    assert html.count("href=") == 5
    assert 'href="https://api.example/v1/unsubscribe/tok.en"' in html


FOOT = """-- \nYou get this mail because you agreed to support somebody who keeps goals with Dataday.
Unsubscribe from these mails: https://api.example/v1/unsubscribe/tok

Dataday: people keep daily goals, with the support of others whom they trust.
Wellspring Example Ltd, 1 Spring Street, Exampletown
help@dataday.example  Privacy: https://wellspring.example/privacy  Terms: https://wellspring.example/terms
"""


@pytest.fixture
def told(monkeypatch):
    for name, value in {"STAGE": "test", "PUBLIC_URL": "https://api.example"}.items():
        monkeypatch.setenv(f"WELLSPRING_{name}", value)
    environment.read_anew()
    yield
    environment.read_anew()


def bodies(text, *, button="", product=Product.GOALS, **more):
    said = Words(text, 1, subject="Hello", button=button, product=product)
    body = ses._request(outgoing(Channel.EMAIL, to="ann@example.com", words=said, **more))["Content"]["Simple"]["Body"]
    return body["Text"]["Data"], body["Html"]["Data"]


def test_a_mail_says_the_same_in_both_forms_and_why_it_came_and_who_we_are(told):
    text = "Hi Ann, can you?\n\nhttps://api.example/v1/partner/ptn_1.x"
    plain, html = bodies(text, button="Tell <us>", unsubscribe="tok", category="partner-ask")
    assert plain == f"{text}\n\n{FOOT}"
    assert '<a class="button" href="https://api.example/v1/partner/ptn_1.x"' in html
    assert ">Tell &lt;us&gt;</a>" in html
    assert "<br>https://api.example/v1/partner/ptn_1.x</p>" in html
    for part in (
        "because you agreed to support",
        "1 Spring Street",
        "mailto:help@dataday.example",
        "/privacy",
        "/terms",
    ):
        assert part in html
    assert '<a href="https://api.example/v1/unsubscribe/tok">Unsubscribe from these mails</a>' in html


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_a_mail_in_spanish_has_a_spanish_frame_and_its_link_opens_a_spanish_page(told, category):
    words = Words("Hola.\n\nhttps://api.example/x", 1, subject="Hola", locale="es", product=product_of(category))
    mail = outgoing(Channel.EMAIL, to="ann@example.com", words=words, unsubscribe="tok", category=category)
    simple = ses._request(mail)["Content"]["Simple"]
    html, plain = simple["Body"]["Html"]["Data"], simple["Body"]["Text"]["Data"]
    assert '<html lang="es">' in html
    assert "Recibes este correo porque " in html
    assert english(html) == english(plain) == []
    assert simple["Headers"][0]["Value"] == "<https://api.example/v1/unsubscribe/tok?language=es>"


def test_a_mail_of_an_account_speaks_for_the_account_and_cannot_be_ended(told):
    for form in bodies("Welcome", product=Product.ACCOUNTS, category="account"):
        assert "most likely you, used this address for a Wellspring account" in form
        assert "nsubscribe" not in form
        assert "Dataday" not in form


def test_what_somebody_wrote_is_no_button(told):
    written = "See\n\nhttps://evil.example/pay\n\nhttps://api.example.evil.example/x"
    _, html = bodies(written, category="partner-update")
    assert 'class="button"' not in html
    assert 'href="https://evil' not in html


@pytest.fixture
def mailing(ses_sim, receiver, monkeypatch):
    """SES and SNS, with our topic, whose events come to the receiver."""
    told = {
        "WELLSPRING_STAGE": "test",
        "WELLSPRING_PUBLIC_URL": "https://api.example",
        "WELLSPRING_SNS_CERTIFICATES": ses_sim.url,
        "WELLSPRING_MAIL_TOPIC": TOPIC,
        "AWS_ENDPOINT_URL_SESV2": ses_sim.url,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    kept = (config._kept, client.aws_session, ses._client)
    for one in kept:
        one.cache_clear()
    monkeypatch.setattr(sns, "_keys", {})
    ses_sim.listen(receiver.url)
    yield ses_sim
    for one in kept:
        one.cache_clear()


@pytest.mark.covers_partly(
    "X-N-09", missing="that the DKIM signature covers both headers is left to SES and not proved"
)
@pytest.mark.covers("X-N-10", "S-N-15")
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_mail_and_what_is_told_of_it_can_be_traced_to_the_attempt(mailing, receiver, version):
    steer(mailing, "signature-version", version=version)
    words = Words("Hi Ann", 1, subject="Hello")
    taken = ses.send(outgoing(Channel.EMAIL, to="bounce@example.com", words=words, unsubscribe="tok"))
    mailing.settled()
    now = SystemClock().now()
    told = [json.loads(sns.open_envelope(one.body, now=now).Message) for one in receiver.received]
    assert [one["eventType"] for one in told] == ["Send", "Bounce"]
    assert {(*one["mail"]["tags"]["message"], *one["mail"]["tags"]["attempt"]) for one in told} == {("msg_1", "2")}
    assert {one["mail"]["messageId"] for one in told} == {taken.provider_id}
    assert {"name": "List-Unsubscribe-Post", "value": "List-Unsubscribe=One-Click"} in told[0]["mail"]["headers"]


def test_a_subscription_is_confirmed_and_a_wrong_key_is_seen(mailing, receiver):
    steer(mailing, "subscription")
    mailing.settled()
    (asked,) = receiver.received
    sns.confirm(sns.open_envelope(asked.body, now=SystemClock().now()))
    assert mailing.state()["confirmed"] == [asked.json["Token"]]
    mailing.modes(webhook_corrupt={"times": 1})
    steer(mailing, "subscription")
    mailing.settled()
    with pytest.raises(sns.Forged):
        sns.open_envelope(receiver.received[-1].body, now=SystemClock().now())


def test_trouble_of_ses_is_told_apart(mailing, monkeypatch):
    mail = outgoing(Channel.EMAIL, to="ann@example.com", words=Words("Hi", 1, subject="Hello"))
    mailing.modes(rate_limit={"times": 1})
    with pytest.raises(Refused) as busy:
        ses.send(mail)
    assert (busy.value.code, busy.value.again) == ("TooManyRequestsException", True)
    mailing.modes(server_error={"times": 1})
    with pytest.raises(OutcomeUnknown):
        ses.send(mail)
    mailing.modes(timeout={"times": 1})
    with pytest.raises(OutcomeUnknown):
        ses.send(mail)
    assert len(mailing.state()["mails"]) == 1
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1")
    client.aws_session.cache_clear()
    ses._client.cache_clear()
    with pytest.raises(Refused) as nobody:
        ses.send(mail)
    assert (nobody.value.code, nobody.value.again) == ("unreachable", True)


def test_what_sns_does_not_have_and_an_sns_that_is_away_are_told_apart(mailing):
    assert sns._get(f"{mailing.url}/nothing")[0] == 404
    with pytest.raises(Unavailable):
        sns._get("http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("template", "button", "home"),
    [
        ("balance.low", "Top up", "https://live.wellspring.example"),
        ("account.password-set", "Go to Wellspring", "https://wellspring.example"),
        ("account.known", "Sign in to Wellspring", "https://wellspring.example"),
    ],
)
def test_a_mail_that_asks_for_something_leads_to_where_it_is_done(told, template, button, home):
    words = compose(seeded()[template, "en"], Channel.EMAIL, {"balance": "12"})
    plain, html = bodies(words.text, button=words.button, product=words.product, category="account")
    assert f'<a class="button" href="{home}"' in html
    assert f">{button}</a>" in html
    assert f"\n\n{home}\n\n-- \n" in plain
