"""The catalogue of secrets: which exist and where each value comes from. Functions declare them by these names."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provided:
    """A JSON secret whose values a provider issues.

    Attributes:
        purpose: what it is for.
        fields: JSON field to the name of its local value.
    """

    purpose: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Generated:
    """A random text that only this system needs to know."""

    purpose: str


SECRETS: dict[str, Provided | Generated] = {
    "cursors": Generated("Signs the cursors of lists."),
    "derived-tokens": Generated("Derives refresh tokens and the tokens in links of mails."),
    "stripe": Provided(
        "Calls Stripe and verifies its webhooks.",
        {"api_key": "STRIPE_API_KEY", "webhook_secret": "STRIPE_WEBHOOK_SECRET"},
    ),
    "livekit": Provided(
        "Signs LiveKit tokens and verifies its webhooks.",
        {"api_key": "LIVEKIT_API_KEY", "api_secret": "LIVEKIT_API_SECRET"},
    ),
    "twilio": Provided(
        "Sends through Twilio and verifies its webhooks.",
        {"account_sid": "TWILIO_ACCOUNT_SID", "auth_token": "TWILIO_AUTH_TOKEN"},
    ),
}
