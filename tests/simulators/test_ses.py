"""SES through the simulator: mails are handed on as they came, and what became of them is told as SNS would."""

import base64
import json
import re
from datetime import datetime, timedelta

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from infra.local.clock import LocalClock
from tests.simulators.conftest import call

SENDER, ANNA = "Wellspring <hello@wellspring.example>", "anna@example.com"
UNSUBSCRIBE = {"Name": "List-Unsubscribe", "Value": "<https://example.com/u>"}


@pytest.fixture
def send(ses_sim):
    client = botocore.session.get_session().create_client(
        "sesv2",
        region_name="eu-west-1",
        endpoint_url=ses_sim.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )

    def send(to=ANNA, **more):
        body = {"Text": {"Data": "Hello"}, "Html": {"Data": "<p>Hello"}}
        content = {"Simple": {"Subject": {"Data": "Hi"}, "Body": body, "Headers": [UNSUBSCRIBE]}}
        tags = [{"Name": "message", "Value": "msg_1"}]
        asked = {
            "FromEmailAddress": SENDER,
            "Destination": {"ToAddresses": [to]},
            "Content": content,
            "EmailTags": tags,
        }
        return client.send_email(**asked | more)["MessageId"]

    return send


@pytest.fixture
def told(ses_sim, receiver):
    ses_sim.listen(receiver.url)

    def told():
        ses_sim.settled()
        return [json.loads(one.json["Message"]) for one in receiver.received]

    return told


def verify(sim, envelope):
    path = envelope["SigningCertURL"].removeprefix(sim.url)
    assert re.fullmatch(r"/SimpleNotificationService-[0-9a-f]{32}\.pem", path)
    certificate = x509.load_pem_x509_certificate(call("GET", envelope["SigningCertURL"]).text.encode())
    names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope)
    digest = {"1": hashes.SHA1, "2": hashes.SHA256}[envelope["SignatureVersion"]]()
    signature = base64.b64decode(envelope["Signature"])
    certificate.public_key().verify(signature, text.encode(), padding.PKCS1v15(), digest)


def test_a_call_is_handed_on_as_it_came(ses_sim, send, local_aws):
    assert send() == "mail-1@example"
    (one,) = local_aws.received
    headers = {name.lower(): value for name, value in one.headers.items()}
    assert (one.path, headers["host"]) == ("/v2/email/outbound-emails", ses_sim.url.removeprefix("http://"))
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=test/")
    assert one.json["EmailTags"] == [{"Name": "message", "Value": "msg_1"}]


def test_a_refusal_is_handed_back_and_nothing_is_told(send, told, local_aws):
    local_aws.answers.append(400)
    with pytest.raises(ClientError):
        send()
    assert told() == []


def test_a_mail_is_sent_and_delivered_and_each_event_carries_its_tags(ses_sim, send, told, receiver):
    send()
    sent, delivered = told()
    assert (sent["eventType"], sent["send"], delivered["eventType"]) == ("Send", {}, "Delivery")
    assert delivered["delivery"]["recipients"] == [ANNA]
    mail = delivered["mail"]
    assert (mail["messageId"], mail["destination"], mail["source"]) == ("mail-1@example", [ANNA], SENDER)
    assert mail["tags"]["message"] == ["msg_1"]
    assert {"name": "List-Unsubscribe", "value": "<https://example.com/u>"} in mail["headers"]
    assert receiver.received[0].headers["x-amz-sns-message-type"] == "Notification"


@pytest.mark.parametrize("version", ["1", "2"])
def test_an_envelope_is_signed_as_sns_signs(ses_sim, send, told, receiver, version):
    call("POST", f"{ses_sim.url}/_sim/signature-version", {"version": version})
    send()
    told()
    envelope = receiver.received[0].json
    assert (envelope["Type"], envelope["SignatureVersion"]) == ("Notification", version)
    verify(ses_sim, envelope)
    with pytest.raises(InvalidSignature):
        verify(ses_sim, envelope | {"Message": "{}"})


def test_an_envelope_may_be_forged(ses_sim, send, told, receiver):
    ses_sim.modes(webhook_corrupt={"only": "Delivery"})
    send()
    told()
    verify(ses_sim, receiver.received[0].json)
    with pytest.raises(InvalidSignature):
        verify(ses_sim, receiver.received[1].json)


def test_a_topic_asks_to_confirm(ses_sim, receiver):
    ses_sim.listen(receiver.url)
    call("POST", f"{ses_sim.url}/_sim/subscription")
    ses_sim.settled()
    envelope = receiver.received[0].json
    assert envelope["Type"] == "SubscriptionConfirmation"
    verify(ses_sim, envelope)
    assert call("GET", envelope["SubscribeURL"]).status == 200
    assert ses_sim.state()["confirmed"] == [envelope["Token"]]


@pytest.mark.parametrize(
    ("address", "kinds", "bounce"),
    [
        ("bounce@example.com", ["Send", "Bounce"], ("Permanent", "General")),
        ("bounce+7@example.com", ["Send", "Bounce"], ("Permanent", "General")),
        ("softbounce@example.com", ["Send", "Bounce"], ("Transient", "MailboxFull")),
        ("Complaint@example.com", ["Send", "Delivery", "Complaint"], None),
    ],
)
def test_an_address_says_what_becomes_of_its_mails(send, told, address, kinds, bounce):
    send(address)
    events = told()
    assert [one["eventType"] for one in events] == kinds
    if bounce:
        found = events[-1]["bounce"]
        assert (found["bounceType"], found["bounceSubType"]) == bounce
        assert found["bouncedRecipients"][0]["emailAddress"] == address
    else:
        assert events[-1]["complaint"]["complainedRecipients"] == [{"emailAddress": address}]


def test_any_address_can_be_made_to_bounce_or_to_be_silent(ses_sim, send, told):
    call("POST", f"{ses_sim.url}/_sim/addresses", {"address": ANNA, "outcome": "none"})
    send()
    assert [one["eventType"] for one in told()] == ["Send"]
    ses_sim.modes(complaint={"only": ANNA})
    send()
    assert [one["eventType"] for one in told()] == ["Send", "Send", "Delivery", "Complaint"]
    assert call("POST", f"{ses_sim.url}/_sim/addresses", {"address": ANNA, "outcome": "x"}).status == 400


def test_a_raw_mail_shows_its_own_headers_and_tags(ses_sim, send, told):
    raw = b"X-SES-MESSAGE-TAGS: message=msg_2, kind=raw\r\nSubject: Hi\r\nList-Unsubscribe: <x>\r\n\r\nHello raw"
    send(Content={"Raw": {"Data": raw}}, EmailTags=[])
    mail = told()[0]["mail"]
    assert (mail["tags"]["message"], mail["tags"]["kind"]) == (["msg_2"], ["raw"])
    assert {"name": "List-Unsubscribe", "value": "<x>"} in mail["headers"]
    assert ses_sim.state()["mails"][0]["text"].strip() == "Hello raw"


@pytest.mark.parametrize(
    ("mode", "code"), [("rate_limit", "TooManyRequestsException"), ("server_error", "InternalFailure")]
)
def test_ses_may_be_busy_or_broken(ses_sim, send, local_aws, mode, code):
    ses_sim.modes(**{mode: {}})
    with pytest.raises(ClientError) as refused:
        send()
    assert refused.value.response["Error"]["Code"] == code
    assert local_aws.received == []


@pytest.mark.parametrize(("mode", "taken"), [("unreachable", 0), ("timeout", 1)])
def test_a_lost_answer_may_or_may_not_have_taken_effect(ses_sim, send, local_aws, mode, taken):
    ses_sim.modes(**{mode: {}})
    with pytest.raises(HTTPClientError):
        send()
    assert (len(local_aws.received), len(ses_sim.settled()["mails"])) == (taken, taken)


def test_events_may_be_doubled_lost_or_shuffled(ses_sim, send, told):
    ses_sim.modes(webhook_reorder={"only": "Send"}, webhook_duplicate={"only": "Delivery"})
    send()
    assert [one["eventType"] for one in told()] == ["Delivery", "Delivery", "Send"]
    ses_sim.modes(webhook_withhold={"only": "Delivery"})
    send()
    assert [one["eventType"] for one in told()][3:] == ["Send"]


def test_an_event_is_sent_again_until_it_is_taken(send, told, receiver):
    receiver.answers += [500, 500]
    send()
    kinds = [one["eventType"] for one in told()]
    assert (len(kinds), set(kinds)) == (4, {"Send", "Delivery"})


def test_times_follow_the_moved_clock(ses_sim, send, told, receiver, clock_file):
    moved = LocalClock(clock_file).move(days=9)
    send()
    told()
    stamp = datetime.fromisoformat(receiver.received[0].json["Timestamp"])
    assert timedelta() <= stamp - moved.replace(microsecond=0) < timedelta(seconds=10)
