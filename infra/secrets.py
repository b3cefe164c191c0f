"""Secrets as they are deployed; the domains declare which there are (``shared.kernel.domains``)."""

import json

from aws_cdk import RemovalPolicy, SecretValue
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.stages import Stage
from shared.kernel import names
from shared.kernel.domains import Provided, declared_secrets

GENERATED_LENGTH = 64


def make_secret(scope: Construct, name: str, stage: Stage) -> secretsmanager.Secret:
    """Make a secret: generated, or with local values, or empty fields that an operator fills once.

    Raises:
        KeyError: no domain declares it.
    """
    spec = declared_secrets()[name]
    common = {
        "secret_name": names.secret_name(stage.name, name),
        "description": spec.purpose,
        "removal_policy": RemovalPolicy.DESTROY if stage.local else RemovalPolicy.RETAIN,
    }
    if isinstance(spec, Provided) and stage.local:
        values = json.dumps({key: stage.secrets[local.variable] for key, local in spec.fields.items()})
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
