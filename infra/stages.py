"""Stages: what differs between deployments. Everything else is the same for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from aws_cdk.aws_logs import RetentionDays

from shared.kernel.config import Settings

EMULATOR = "http://127.0.0.1:4566"
"""Where the local AWS listens unless the deploying process says otherwise."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment.

    Attributes:
        name: prefix of every name.
        mail_domain: domain of the sender address, verified in SES.
        origins: browser origins that may call with credentials.
        settings: values of ``shared.kernel.config.Settings``, by field.
        secrets: values of secrets that providers issue; only the local stage has any.
        emulator: base URL of the local AWS; empty on AWS.
        domain: custom domain of the APIs (``api.<domain>``, ``admin-api.<domain>``, ``live.<domain>``); may be empty.
        certificate: ARN of the certificate of those three names in the same region.
        alarm_address: who is written to when an alarm fires; may be empty.
        log_retention: of functions and access logs.
        rate: requests per second of each API, ``burst`` on top.
    """

    name: str
    mail_domain: str
    origins: tuple[str, ...]
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    emulator: str = ""
    domain: str = ""
    certificate: str = ""
    alarm_address: str = ""
    log_retention: RetentionDays = RetentionDays.THREE_MONTHS
    rate: int = 500
    burst: int = 1000

    @property
    def local(self) -> bool:
        """Whether this stage runs on the emulator."""
        return bool(self.emulator)


PROD = Stage(
    name="prod",
    mail_domain="wellspring.example",
    origins=("https://wellspring.example",),
    settings={
        "livekit_url": "wss://wellspring.livekit.cloud",
        "mail_sender": "hello@wellspring.example",
    },
)

LOCAL_SETTINGS = {
    "stripe_api_base": "http://127.0.0.1:4571",
    "livekit_url": "http://127.0.0.1:4572",
    "twilio_api_base": "http://127.0.0.1:4573",
    "sns_certificates": "http://127.0.0.1:4574",
    "twilio_messaging_service": "MG" + "0" * 32,
    "twilio_voice_from": "+15005550006",
    "twilio_whatsapp_from": "+15005550006",
    "mail_sender": "hello@wellspring.example",
}


def local(environ: Mapping[str, str]) -> Stage:
    """Return the local stage; the deploying process may set any ``WELLSPRING_<SETTING>`` and the provider secrets."""
    told = {name.name: environ.get(f"WELLSPRING_{name.name.upper()}", "") for name in fields(Settings)}
    return Stage(
        name="local",
        mail_domain="wellspring.example",
        origins=("http://localhost:3000", "http://127.0.0.1:3000"),
        settings=LOCAL_SETTINGS | {name: value for name, value in told.items() if value},
        secrets={
            "STRIPE_API_KEY": environ.get("STRIPE_API_KEY", "sk_test_local"),
            "STRIPE_WEBHOOK_SECRET": environ.get("STRIPE_WEBHOOK_SECRET", "whsec_local"),
            "LIVEKIT_API_KEY": environ.get("LIVEKIT_API_KEY", "devkey"),
            "TWILIO_ACCOUNT_SID": environ.get("TWILIO_ACCOUNT_SID", "AC" + "0" * 32),
            "TWILIO_AUTH_TOKEN": environ.get("TWILIO_AUTH_TOKEN", "twilio_local"),
            "LIVEKIT_API_SECRET": environ.get("LIVEKIT_API_SECRET", "devsecret-devsecret-devsecret-123"),
        },
        emulator=environ.get("AWS_ENDPOINT_URL", EMULATOR),
        log_retention=RetentionDays.ONE_WEEK,
    )


def stage(name: str, environ: Mapping[str, str]) -> Stage:
    """Return a stage by its name.

    Raises:
        LookupError: there is none of that name.
    """
    known = {"local": local(environ), PROD.name: PROD}
    if name not in known:
        raise LookupError(f"no stage {name!r}: infra/stages.py knows {', '.join(sorted(known))}")
    return known[name]
