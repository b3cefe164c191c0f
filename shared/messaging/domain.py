"""What messaging declares."""

from dataclasses import dataclass
from datetime import timedelta

from shared.kernel.categories import Cap, Category, Channel
from shared.kernel.domains import Domain, Local, Provided

TEXT_COUNTRIES = "US PR VI GU CA GB GG IM JE IE DE FR ES PT IT AT CH LI LU NL BE DK SE NO FI IS AU NZ"
"""Countries of the home market and of its neighbours in language and law, where texts are cheap."""


@dataclass(frozen=True, slots=True)
class MessagingSettings:
    """What a deployment may tell messaging.

    Attributes:
        twilio_api_base: base URL of Twilio's API, empty for the real one.
        twilio_messaging_service: SID of the Messaging Service that texts go out through.
        twilio_voice_from: number that calls come from, E.164.
        twilio_whatsapp_from: number that WhatsApp messages come from, E.164.
        text_countries: ISO codes of the countries whose people may be texted and called, separated by spaces.
        sns_certificates: base URL that certificates of SNS are fetched from, empty for AWS's own.
        mail_events: name of the SES configuration set that tells what became of mails; empty for none.
        mail_topic: ARN of the SNS topic that it tells.
        mail_sender: address that mail is sent from.
    """

    twilio_api_base: str = ""
    twilio_messaging_service: str = ""
    twilio_voice_from: str = ""
    twilio_whatsapp_from: str = ""
    text_countries: str = TEXT_COUNTRIES
    sns_certificates: str = ""
    mail_events: str = ""
    mail_topic: str = ""
    mail_sender: str = "hello@wellspring.example"


DOMAIN = Domain(
    name="messaging",
    product="goals",
    permissions={
        "viewer": frozenset({"messaging:use"}),
        "guide": frozenset({"messaging:read"}),
        "admin": frozenset({"messaging:manage", "messaging:read"}),
    },
    settings=MessagingSettings,
    local_settings={
        "twilio_api_base": "http://127.0.0.1:4573",
        "sns_certificates": "http://127.0.0.1:4574",
        "twilio_messaging_service": "MG" + "0" * 32,
        "twilio_voice_from": "+15005550006",
        "twilio_whatsapp_from": "+15005550006",
        "mail_sender": "hello@wellspring.example",
        # One of the demo's partners lives in Kathmandu.
        "text_countries": f"{TEXT_COUNTRIES} NP",
    },
    secrets={
        "twilio": Provided(
            "Sends through Twilio and verifies its webhooks.",
            {
                "account_sid": Local("TWILIO_ACCOUNT_SID", "AC" + "0" * 32),
                "auth_token": Local("TWILIO_AUTH_TOKEN", "twilio_local"),
            },
        )
    },
    categories=(
        # Answers to what somebody wrote to us: the one confirmation of a STOP, HELP, "which of the two?".
        Category("service", (Channel.SMS, Channel.WHATSAPP), critical=True, caps=(Cap(10, timedelta(hours=24)),)),
    ),
    local_seed="shared.messaging.operators.seeding:ensure_sender",
    samples={
        "about": "invitation:ptn_01k0000000000000000000000a",
        "category": "consent-request",
        "locale": "en",
        "message_id": "msg_01k0000000000000000000000a",
        "notification_id": "ntf_000000000007",
        "recipient_id": "ptn_01k0000000000000000000000a",
        "reply_id": "SM0123456789abcdef0123456789abcdef",
        "template": "escalation.day-1",
        "ChannelFailed.reason": "30003",
        "MessageBlocked.reason": "NO_CONSENT",
        "MessageCancelled.reason": "LOGGED",
        "MessageDeferred.reason": "QUIET_HOURS",
        "MessageFailed.reason": "30003",
    },
)
