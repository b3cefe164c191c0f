"""Configuration: one frozen ``Settings``, read from the environment when first asked for.

Names of resources are derived from the stage (``shared.kernel.names``); numbers are the defaults of
``decisions.md`` ("Numbers to start from") and may be overridden per deployment.
"""

import os
from dataclasses import dataclass, fields
from functools import cache

from shared.kernel import names

TEXT_COUNTRIES = "US PR VI GU CA GB GG IM JE IE DE FR ES PT IT AT CH LI LU NL BE DK SE NO FI IS AU NZ"
"""Countries of the home market and of its neighbours in language and law, where texts are cheap."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one deployment is told. Each field is the environment variable ``WELLSPRING_<FIELD>``.

    Attributes:
        stage: ``local``, ``test``, ``prod`` …
        function: short name of the running function.
        socket_endpoint: management URL of the WebSocket API (``https://…`` or a local URL).
        socket_url: address that clients open WebSocket connections at (``wss://…``).
        public_url: base URL of the public API, for links in messages.
        stripe_api_base: base URL of Stripe's API, ``None`` for the real one.
        livekit_url: base URL of the LiveKit server.
        twilio_api_base: base URL of Twilio's API, empty for the real one.
        twilio_messaging_service: SID of the Messaging Service that texts go out through.
        twilio_voice_from: number that calls come from, E.164.
        twilio_whatsapp_from: number that WhatsApp messages come from, E.164.
        text_countries: ISO codes of the countries whose people may be texted and called, separated by spaces.
        sns_certificates: base URL that certificates of SNS are fetched from, empty for AWS's own.
        mail_events: name of the SES configuration set that tells what became of mails; empty for none.
        mail_topic: ARN of the SNS topic that it tells.
        media_bucket: name of the bucket of uploads.
        brands: names and legal facts of the products as JSON, empty for those of the examples
            (``shared.kernel.brands``).
        mail_sender: address that mail is sent from.
        checkout_success_url: where Stripe returns a buyer to; ``{CHECKOUT_SESSION_ID}`` is filled in by Stripe.
            Empty for our own page.
        checkout_cancel_url: where an abandoned checkout returns to; empty for our own page.
        adjustment_cap: whole credits up to which one administrator corrects a wallet alone.
        adjustment_daily_cap: whole credits that one administrator moves alone in a day (UTC).
        access_token_minutes: life of an access token, 5 to 1440 (D-21).
        refresh_token_days: life of a refresh token.
        creator_shares: thousandths that creators earn of what is spent on their streams, by version and the instant
            that each takes effect at (``shared.live.rules.share_at``); versions are added, never changed (X-W-30).
        minimum_balance: milli-credits that a viewer needs to start watching, where one interval costs less (S-W-31).
        paused_minutes: how long a stream may be without a picture before it ends (X-L-06).
        viewings_at_once: on how many devices one user may watch one stream, each paid; one more takes over (D-53).
    """

    stage: str
    function: str = ""
    socket_endpoint: str = ""
    socket_url: str = ""
    public_url: str = ""
    stripe_api_base: str = ""
    livekit_url: str = ""
    twilio_api_base: str = ""
    twilio_messaging_service: str = ""
    twilio_voice_from: str = ""
    twilio_whatsapp_from: str = ""
    text_countries: str = TEXT_COUNTRIES
    sns_certificates: str = ""
    mail_events: str = ""
    mail_topic: str = ""
    media_bucket: str = ""
    brands: str = ""
    mail_sender: str = "hello@wellspring.example"
    checkout_success_url: str = ""
    checkout_cancel_url: str = ""
    adjustment_cap: int = 500
    adjustment_daily_cap: int = 2000
    access_token_minutes: int = 15
    refresh_token_days: int = 30
    creator_shares: str = "1=700@2026-01-01T00:00:00Z"
    minimum_balance: int = 1000
    paused_minutes: int = 10
    viewings_at_once: int = 1

    def table(self, domain: str) -> str:
        """Return the name of a domain's table."""
        return names.table_name(self.stage, domain)


@cache
def settings() -> Settings:
    """Return the settings of this deployment.

    Raises:
        KeyError: the stage is not set.
        ValueError: a number is not one.
    """
    found: dict[str, str | int] = {}
    for field in fields(Settings):
        value = os.environ.get(f"WELLSPRING_{field.name.upper()}")
        if value:
            found[field.name] = int(value) if field.type is int else value
    if "stage" not in found:
        raise KeyError("WELLSPRING_STAGE")
    return Settings(**found)  # type: ignore[arg-type]


def callback_variable(provider: str) -> str:
    """Return the environment variable that holds the function URL of a provider's webhook."""
    return f"WELLSPRING_CALLBACK_{provider.upper()}"


def callback_url(provider: str) -> str:
    """Return the address that a provider is told to post to; the function declares it among its ``callbacks``.

    Raises:
        KeyError: it does not.
    """
    return os.environ[callback_variable(provider)]
