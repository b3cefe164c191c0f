"""SES: mails. It has no idempotency key and cannot be asked what it took: its ``Send`` event tells."""

import re
from collections.abc import Callable
from email.utils import formataddr
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from shared.kernel import pages
from shared.kernel.brands import Brand, brand
from shared.kernel.config import settings, settings_of
from shared.kernel.storage.client import aws_client
from shared.kernel.text.speech import DEFAULT, speaker, spoken
from shared.messaging.domain import MessagingSettings
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Refused, Taken
from shared.messaging.recipients.unsubscribe import reason

PROVIDER: Final = "ses"

MESSAGE_TAG: Final = "message"
ATTEMPT_TAG: Final = "attempt"

_BUSY = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"})
_OURS = frozenset(
    {
        "AccountSuspendedException",
        "SendingPausedException",
        "MailFromDomainNotVerifiedException",
        "NotFoundException",
        "AccessDeniedException",
        "ExpiredTokenException",
    }
)
"""Sending is not possible for reasons of ours: the mail is as good as before."""


def unsubscribe_url(token: str, language: str = DEFAULT) -> str:
    """Return the address that ends a category of mails, for people and for mail clients alike (RFC 8058).

    Its page speaks the language of the mail, whoever opens it.
    """
    told = "" if language == DEFAULT else f"?language={language}"
    return f"{settings().public_url}/v1/unsubscribe/{token}{told}"


def send(outgoing: Outgoing) -> Taken:
    """Send one attempt.

    Raises:
        Refused: SES said no.
        OutcomeUnknown: no answer, or trouble at SES's: it may have been sent.
    """
    from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnection

    request = _request(outgoing)
    # What botocore raises names addresses.
    try:
        reply = _client().send_email(**request)
    except (ConnectTimeoutError, EndpointConnectionError):
        raise Refused("unreachable", again=True) from None
    except (HTTPClientError, NoConnection):
        raise OutcomeUnknown from None
    except ClientError as answer:
        verdict = _verdict(answer.response)
        raise verdict from None
    return Taken(reply["MessageId"])


@cache
def _client() -> Any:
    # A second try of the client's own could send the mail twice.
    return aws_client("sesv2", attempts=1)


def _request(outgoing: Outgoing) -> dict[str, Any]:
    words, say = outgoing.words, speaker(outgoing.words.locale)
    address = unsubscribe_url(outgoing.unsubscribe, spoken(words.locale)) if outgoing.unsubscribe else ""
    speaking, why = brand(words.product), reason(outgoing.category, words.locale)
    paragraphs = [_links_apart(part.strip(), speaking.home) for part in words.text.split("\n\n") if part.strip()]
    html = pages.render(
        "messaging/templates/mail.html",
        locale=words.locale,
        product=words.product,
        subject=words.subject,
        paragraphs=paragraphs,
        button=words.button or say("Open the page"),
        why=why,
        unsubscribe=address,
    )
    plain = f"{words.text}\n\n-- \n{_foot(speaking, why, address, say)}\n"
    content: dict[str, Any] = {
        "Subject": {"Data": words.subject, "Charset": "UTF-8"},
        "Body": {
            "Text": {"Data": plain, "Charset": "UTF-8"},
            "Html": {"Data": html.body, "Charset": "UTF-8"},
        },
    }
    if address:
        content["Headers"] = [
            {"Name": "List-Unsubscribe", "Value": f"<{address}>"},
            {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
        ]
    told = settings_of(MessagingSettings)
    request: dict[str, Any] = {
        "FromEmailAddress": formataddr((speaking.name, told.mail_sender)),
        "ReplyToAddresses": [speaking.contact],
        "Destination": {"ToAddresses": [outgoing.to]},
        "Content": {"Simple": content},
        "EmailTags": [
            {"Name": MESSAGE_TAG, "Value": outgoing.message_id},
            {"Name": ATTEMPT_TAG, "Value": str(outgoing.attempt)},
        ],
    }
    return request | ({"ConfigurationSetName": told.mail_events} if told.mail_events else {})


def _foot(speaking: Brand, why: str, address: str, say: Callable[..., str]) -> str:
    """Return what every mail ends with: why it came, how to end it, who we are."""
    ending = [f"{say('Unsubscribe from these mails')}: {address}"] if address else []
    lines = [
        why,
        *ending,
        "",
        f"{speaking.name}: {say(speaking.about)}",
        f"{speaking.owner}, {speaking.address}",
        f"{speaking.contact}  {say('Privacy')}: {speaking.privacy}  {say('Terms')}: {speaking.terms}",
    ]
    return "\n".join(lines)


def _links_apart(text: str, home: str) -> list[str]:
    """Return a text in parts, of which each second is an address of ours: what people wrote becomes no link."""
    if text == home:
        return ["", home, ""]
    return re.split(rf"({re.escape(settings().public_url)}/\S+)", text)


def _verdict(response: dict[str, Any]) -> Refused | OutcomeUnknown:
    code, status = response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]
    if code in _BUSY or code in _OURS:
        return Refused(code, again=True)
    return OutcomeUnknown() if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Refused(code)
