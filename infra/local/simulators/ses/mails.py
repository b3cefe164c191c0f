"""Mails that went through, what their senders put on them, and what became of each."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

from infra.local import clock

Outcome = Literal["delivery", "bounce", "softbounce", "complaint", "none"]
OUTCOMES: tuple[Outcome, ...] = ("bounce", "softbounce", "complaint")
"""What may go wrong after SES took a mail; also the modes, whose subject is the address."""

_TAGS_HEADER, _SET_HEADER = "X-SES-MESSAGE-TAGS", "X-SES-CONFIGURATION-SET"


@dataclass(slots=True)
class Mail:
    """A mail that SES took.

    Attributes:
        id: what SendEmail answered.
        headers: those that the sender added.
        tags: its message tags, and those that SES adds.
        history: events told about it (``Send``, ``Delivery`` …) with their times.
    """

    id: str
    source: str
    to: list[str]
    subject: str
    text: str
    html: str
    headers: list[dict[str, str]]
    tags: dict[str, list[str]]
    at: datetime
    history: list[tuple[str, datetime]] = field(default_factory=list)


def read_mail(mail_id: str, asked: Mapping[str, Any]) -> Mail:
    """Return the mail that a SendEmail request (its JSON) asks for."""
    destination = asked.get("Destination", {})
    to = [one for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for one in destination.get(kind) or ()]
    tags = {tag["Name"]: [tag["Value"]] for tag in asked.get("EmailTags") or ()}
    read = _raw if "Raw" in asked.get("Content", {}) else _simple
    mail = read(Mail(mail_id, asked.get("FromEmailAddress", ""), to, "", "", "", [], tags, clock.now()), asked)
    mail.tags["ses:operation"] = ["SendEmail"]
    mail.tags["ses:from-domain"] = [mail.source.rpartition("@")[2].rstrip(">")]
    if chosen := asked.get("ConfigurationSetName"):
        mail.tags["ses:configuration-set"] = [chosen]
    return mail


def _simple(mail: Mail, asked: Mapping[str, Any]) -> Mail:
    simple = asked.get("Content", {}).get("Simple", {})
    subject = simple.get("Subject", {}).get("Data", "")
    text, html = (simple.get("Body", {}).get(kind, {}).get("Data", "") for kind in ("Text", "Html"))
    headers = [{"name": one["Name"], "value": one["Value"]} for one in simple.get("Headers") or ()]
    return replace(mail, subject=subject, text=text, html=html, headers=headers)


def _raw(mail: Mail, asked: Mapping[str, Any]) -> Mail:
    """Read a whole message, whose header fields may say what the request does not."""
    raw = message_from_bytes(base64.b64decode(asked["Content"]["Raw"]["Data"]), policy=policy.default)
    named = (pair.partition("=") for pair in raw.get(_TAGS_HEADER, "").split(",") if pair.strip())
    tags = mail.tags | {name.strip(): [value.strip()] for name, _, value in named}
    if chosen := raw.get(_SET_HEADER):
        tags["ses:configuration-set"] = [chosen]
    return replace(
        mail,
        source=mail.source or raw.get("From", ""),
        to=mail.to or [one.strip() for one in raw.get("To", "").split(",")],
        subject=raw.get("Subject", ""),
        text=_part(raw, "plain"),
        html=_part(raw, "html"),
        headers=[{"name": name, "value": str(value)} for name, value in raw.items()],
        tags=tags,
    )


def _part(raw: EmailMessage, kind: str) -> str:
    found = raw.get_body((kind,))
    return found.get_content() if found else ""


def event(mail: Mail, kind: str, outcome: Outcome) -> dict[str, Any]:
    """Return what SES publishes about a mail.

    Args:
        mail: the mail.
        kind: ``Send``, ``Delivery``, ``Bounce`` or ``Complaint``.
        outcome: what became of it.
    """
    at = stamp(clock.now())
    details: dict[str, Callable[[], dict[str, Any]]] = {
        "Send": dict,
        "Delivery": lambda: {
            "timestamp": at,
            "processingTimeMillis": 500,
            "recipients": mail.to,
            "smtpResponse": "250 2.0.0 OK",
            "reportingMTA": "mta.example.com",
        },
        "Bounce": lambda: _bounce(mail, at, permanent=outcome == "bounce"),
        "Complaint": lambda: {
            "feedbackId": f"feedback-{mail.id}",
            "complaintSubType": None,
            "complainedRecipients": [{"emailAddress": one} for one in mail.to],
            "timestamp": at,
            "complaintFeedbackType": "abuse",
            "arrivalDate": at,
        },
    }
    return {"eventType": kind, "mail": _mail(mail), kind.lower(): details[kind]()}


def _bounce(mail: Mail, at: str, *, permanent: bool) -> dict[str, Any]:
    status, said = ("5.1.1", "550 5.1.1 user unknown") if permanent else ("4.2.2", "452 4.2.2 mailbox full")
    return {
        "bounceType": "Permanent" if permanent else "Transient",
        "bounceSubType": "General" if permanent else "MailboxFull",
        "bouncedRecipients": [
            {"emailAddress": one, "action": "failed", "status": status, "diagnosticCode": f"smtp; {said}"}
            for one in mail.to
        ],
        "timestamp": at,
        "feedbackId": f"feedback-{mail.id}",
        "reportingMTA": "dns; mta.example.com",
    }


def _mail(mail: Mail) -> dict[str, Any]:
    usual = [{"name": "From", "value": mail.source}, {"name": "To", "value": ", ".join(mail.to)}]
    return {
        "timestamp": stamp(mail.at),
        "source": mail.source,
        "sendingAccountId": "000000000000",
        "messageId": mail.id,
        "destination": mail.to,
        "headersTruncated": False,
        "headers": [*usual, {"name": "Subject", "value": mail.subject}, *mail.headers],
        "commonHeaders": {"from": [mail.source], "to": mail.to, "messageId": mail.id, "subject": mail.subject},
        "tags": mail.tags,
    }


def stamp(instant: datetime) -> str:
    """Write an instant as SES and SNS do."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
