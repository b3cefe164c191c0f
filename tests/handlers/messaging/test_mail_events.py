"""SES's events by way of SNS: proved, kept once, and what follows from them."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.kernel import inbox
from shared.kernel.categories import Channel
from shared.kernel.errors import Unavailable
from shared.kernel.storage import reads
from shared.messaging.inbound import sns
from shared.messaging.items import MessagingInbox, address_hash
from shared.messaging.message_items import Attempt, attempt_sk, message_pk
from shared.messaging.recipients import suppression
from tests import environment, outbox, texting
from tests.calls import Invoke
from tests.handlers.messaging.conftest import MESSAGE, sent
from tests.texting import CERTIFICATE, about_mail, certificate, deliver_mail_event, envelope, mail_event, sealed
from tests.triggers import queue_event

MAIL = "ann@example.com"


@pytest.fixture(autouse=True)
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was fetched from SNS; it has the one certificate."""
    asked: list[str] = []

    def get(url: str) -> tuple[int, bytes]:
        asked.append(url)
        if url.startswith(f"{texting.CERTIFICATES}/?Action=ConfirmSubscription&"):
            return 200, b"<ok/>"
        return (200, certificate()) if url == CERTIFICATE else (404, b"")

    monkeypatch.setattr(sns, "_get", get)
    monkeypatch.setattr(sns, "_keys", {})
    return asked


@pytest.fixture
def mail(enlist: Callable[..., str]) -> None:
    """A mail that SES took, and its recipient."""
    sent(enlist("ada", phone=None, email=MAIL), channel=Channel.EMAIL, to=MAIL)


def attempt() -> Attempt:
    found = reads.get(Attempt, message_pk(MESSAGE), attempt_sk(1))
    assert found is not None
    return found


def stands() -> list[str]:
    return [item.reason for item in suppression.standing(address_hash(MAIL)) if item.lifted_at is None]


def outcome(event_id: str) -> str | None:
    kept = inbox.read(MessagingInbox, "ses", event_id)
    return kept.outcome


def bounce(kind: str) -> dict[str, Any]:
    recipients = [{"emailAddress": f'"Ann" <{MAIL.upper()}>', "status": "5.1.1"}]
    return {"bounceType": kind, "bounceSubType": "General", "bouncedRecipients": recipients}


@pytest.mark.covers("S-A-35", "X-A-26")
@pytest.mark.usefixtures("mail")
def test_a_mail_goes_from_sent_to_delivered_in_any_order() -> None:
    for kind in ("Delivery", "Send", "Delivery"):
        deliver_mail_event(about_mail(kind, MESSAGE))
    assert (attempt().state, attempt().provider_id) == ("DELIVERED", "0100-mail")


@pytest.mark.covers_partly("X-N-10", missing="suppressions hold for the whole account, not for one tenant")
@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(("kind", "suppressed"), [("Permanent", ["BOUNCE"]), ("Transient", []), ("Undetermined", [])])
def test_a_bounce_ends_the_attempt_and_a_lasting_one_the_address(kind: str, suppressed: list[str]) -> None:
    event_id = deliver_mail_event(about_mail("Bounce", MESSAGE, **bounce(kind)))
    assert (attempt().state, attempt().code, stands()) == ("UNDELIVERED", f"{kind}.General", suppressed)
    told = outbox.sent("messaging", "AddressOptedOut")
    assert told == [{"recipient_id": "ptn_ada", "reason": "BOUNCE", "scope": "ALL"} for _ in suppressed]
    assert outcome(event_id) == "DONE"


@pytest.mark.covers("X-N-10")
@pytest.mark.usefixtures("mail")
@pytest.mark.parametrize(("kind", "suppressed"), [("abuse", ["COMPLAINT"]), (None, ["COMPLAINT"]), ("not-spam", [])])
def test_a_complaint_ends_the_address_and_leaves_the_mail_delivered(kind: str | None, suppressed: list[str]) -> None:
    deliver_mail_event(about_mail("Delivery", MESSAGE))
    told = {"complainedRecipients": [{"emailAddress": MAIL}], "complaintFeedbackType": kind}
    deliver_mail_event(about_mail("Complaint", MESSAGE, **told))
    assert (attempt().state, stands()) == ("DELIVERED", suppressed)


@pytest.mark.usefixtures("mail")
def test_a_rejected_mail_has_failed() -> None:
    deliver_mail_event(about_mail("Reject", MESSAGE, reason="Bad content"))
    assert attempt().state == "FAILED"


@pytest.mark.covers("X-N-10")
def test_a_bounce_of_a_mail_that_is_not_known_still_suppresses() -> None:
    told = about_mail("Bounce", MESSAGE, **bounce("Permanent"))
    told["mail"]["tags"] = {}
    deliver_mail_event(told)
    assert stands() == ["BOUNCE"]


@pytest.mark.parametrize(
    "told",
    [
        "Successfully validated SNS topic for Amazon SES event publishing.",
        {"eventType": "Open", "mail": {"messageId": "1", "tags": {}}},
        {"eventType": "Delivery", "mail": {"messageId": "1", "tags": {"message": [MESSAGE], "attempt": ["x"]}}},
        {"notificationType": "AmazonSnsSubscriptionSucceeded"},
    ],
)
def test_what_nothing_follows_from_is_kept_and_left(told: Any) -> None:
    assert outcome(deliver_mail_event(told)) == "IGNORED"


@pytest.mark.covers("X-W-25", "S-A-16")
def test_an_event_is_kept_as_it_came_once_and_the_certificate_fetched_once(invoke: Invoke, fetched: list[str]) -> None:
    body = sealed(envelope(about_mail("Send", MESSAGE), MessageId="0" * 36, Subject="Amazon SES Email Event"))
    assert [invoke("messaging.receive_mail_event", mail_event(body))["statusCode"] for _ in range(2)] == [200, 200]
    kept = inbox.read(MessagingInbox, "ses", "0" * 36)
    assert kept.body == body
    assert outbox.sent("messaging", "MailEventReceived") == [{"event_id": "0" * 36}]
    assert fetched == [CERTIFICATE]


def confirmation(address: str, **changes: Any) -> bytes:
    kind = {"Type": "SubscriptionConfirmation", "Token": "t" * 64, "SubscribeURL": address}
    return sealed(envelope("You have chosen to subscribe.", **kind | changes))


CONFIRM = f"{texting.CERTIFICATES}/?Action=ConfirmSubscription&TopicArn={texting.TOPIC}&Token={'t' * 64}"


def test_a_subscription_is_confirmed_at_snss_own_address(invoke: Invoke, fetched: list[str]) -> None:
    answer = invoke("messaging.receive_mail_event", mail_event(confirmation(CONFIRM)))
    assert (answer, fetched) == ({"statusCode": 200, "body": ""}, [CERTIFICATE, CONFIRM])


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/?Action=ConfirmSubscription&Token=t",
        "http://127.0.0.1:10/?Action=ConfirmSubscription&Token=t",
        "http://127.0.0.1:1@evil.example/?Action=ConfirmSubscription&Token=t",
        "http://127.0.0.1:1/other?Action=ConfirmSubscription&Token=t",
        "http://127.0.0.1:1/?Action=Unsubscribe&Token=t",
        CONFIRM.replace("mail-events", "alarms"),
        CONFIRM.replace("ttt", "ttu"),
        CONFIRM + "&TopicArn=arn:aws:sns:eu-central-1:111111111111:theirs",
        CONFIRM + "&AuthenticateOnUnsubscribe=true",
        CONFIRM + "#x",
        "",
    ],
)
def test_a_subscription_is_confirmed_nowhere_else(invoke: Invoke, fetched: list[str], address: str) -> None:
    assert invoke("messaging.receive_mail_event", mail_event(confirmation(address)))["statusCode"] == 400
    assert fetched == [CERTIFICATE]


def test_the_end_of_a_subscription_is_only_noted(invoke: Invoke, fetched: list[str]) -> None:
    body = confirmation(CONFIRM, Type="UnsubscribeConfirmation")
    assert invoke("messaging.receive_mail_event", mail_event(body))["statusCode"] == 200
    assert fetched == [CERTIFICATE]


def test_without_an_answer_from_sns_it_delivers_again(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: str) -> tuple[int, bytes]:
        raise Unavailable

    monkeypatch.setattr(sns, "_get", silent)
    assert invoke("messaging.receive_mail_event", mail_event(sealed(envelope("x"))))["statusCode"] == 503


_NAME = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-central-1", "https://sns.eu-central-1.amazonaws.com"),
        ("aws-us-gov", "us-gov-west-1", "https://sns.us-gov-west-1.amazonaws.com"),
        ("aws-cn", "cn-north-1", "https://sns.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_certificates_come_from_sns_of_our_own_region(
    monkeypatch: pytest.MonkeyPatch, partition: str, region: str, host: str
) -> None:
    monkeypatch.delenv("WELLSPRING_SNS_CERTIFICATES")
    monkeypatch.setenv("WELLSPRING_MAIL_TOPIC", f"arn:{partition}:sns:{region}:000000000000:test-mail")
    environment.read_anew()
    asked = []
    monkeypatch.setattr(sns, "_get", lambda url: asked.append(url) or (200, certificate()))
    assert sns._key(host + _NAME)
    assert sns._key(host + _NAME)
    assert asked == [host + _NAME]
    for other in ("sns.eu-west-1.amazonaws.com", "sns.s3.amazonaws.com"):
        with pytest.raises(sns.Forged):
            sns._key(f"https://{other}{_NAME}")


def test_an_event_that_is_not_there_comes_again(invoke: Invoke) -> None:
    batch = queue_event(texting.MailEventReceived(event_id="0" * 36))
    assert invoke("messaging.process_mail_event", batch)["batchItemFailures"] == [{"itemIdentifier": "msg-0"}]
