"""The catalogue of secrets: which exist and where each value comes from. Functions declare them by these names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import RemovalPolicy, SecretValue
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.stages import Stage
from shared.kernel import names

GENERATED_LENGTH = 64


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


def make_secret(scope: Construct, name: str, stage: Stage) -> secretsmanager.Secret:
    """Make a secret: generated, or with local values, or empty fields that an operator fills once.

    Raises:
        KeyError: the catalogue does not know it.
    """
    spec = SECRETS[name]
    common = {
        "secret_name": names.secret_name(stage.name, name),
        "description": spec.purpose,
        "removal_policy": RemovalPolicy.DESTROY if stage.local else RemovalPolicy.RETAIN,
    }
    if isinstance(spec, Provided) and stage.local:
        values = json.dumps({key: stage.secrets[local] for key, local in spec.fields.items()})
        return secretsmanager.Secret(
            scope, f"secret-{name}", secret_string_value=SecretValue.unsafe_plain_text(values), **common
        )
    # A provider's fields are made empty and filled by the operator: a later deployment leaves the value alone, because
    # the way it was generated has not changed.
    generator = (
        secretsmanager.SecretStringGenerator(
            secret_string_template=json.dumps(dict.fromkeys(spec.fields, "")), generate_string_key="generated"
        )
        if isinstance(spec, Provided)
        else secretsmanager.SecretStringGenerator(password_length=GENERATED_LENGTH, exclude_punctuation=True)
    )
    return secretsmanager.Secret(scope, f"secret-{name}", generate_secret_string=generator, **common)
