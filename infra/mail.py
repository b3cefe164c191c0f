"""Outgoing mail: the sender's identity, and the topic that tells what became of each mail."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns

from infra.stages import Stage
from shared.kernel import names

MAIL_TOPIC = "mail-events"

TOLD = (
    ses.EmailSendingEvent.SEND,
    ses.EmailSendingEvent.DELIVERY,
    ses.EmailSendingEvent.BOUNCE,
    ses.EmailSendingEvent.COMPLAINT,
    ses.EmailSendingEvent.REJECT,
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What sends mail.

    Attributes:
        arns: what a sender's role is granted on.
        events: name of the configuration set that mails are sent with.
        topic: where SES tells of them.
    """

    arns: tuple[str, ...]
    events: str
    topic: sns.Topic


def make_mail(scope: Stack, stage: Stage) -> Mail:
    """Make the identity of the sender's domain, a configuration set and the topic that it tells."""
    ses.EmailIdentity(
        scope,
        "mail",
        identity=ses.Identity.domain(stage.mail_domain),
        # So that SPF is checked on a domain of ours, which DMARC wants; until its records exist SES uses its own.
        mail_from_domain=None if stage.local else stage.bounce_domain,
        mail_from_behavior_on_mx_failure=None if stage.local else ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE,
    )
    topic = _topic(scope, stage)
    # The local AWS tells nobody what became of a mail, a simulator does; and it authorizes against no identity at all.
    if stage.local:
        return Mail(("*",), "", topic)
    name = names.prefixed(stage.name, "mail")
    chosen = ses.ConfigurationSet(
        scope,
        "mail-events",
        configuration_set_name=name,
        # Ours decides: SES's own list would swallow a mail without a word to the recipient's record.
        suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        tls_policy=ses.ConfigurationSetTlsPolicy.REQUIRE,
    )
    chosen.add_event_destination(
        "mail-events-topic", destination=ses.EventDestination.sns_topic(topic), events=list(TOLD)
    )
    arns = [("identity", stage.mail_domain), ("configuration-set", name)]
    return Mail(
        tuple(scope.format_arn(service="ses", resource=kind, resource_name=of) for kind, of in arns), name, topic
    )


def _topic(scope: Stack, stage: Stage) -> sns.Topic:
    key = kms.Key(
        scope,
        "key-mail-events",
        alias=names.key_alias(stage.name, "mail-events"),
        enable_key_rotation=True,
        removal_policy=RemovalPolicy.DESTROY if stage.local else RemovalPolicy.RETAIN,
    )
    sender: dict[str, Any] = {"principals": [iam.ServicePrincipal("ses.amazonaws.com")], "resources": ["*"]}
    key.add_to_resource_policy(iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey*"], **sender))
    return sns.Topic(
        scope,
        "mail-events-topic",
        topic_name=names.prefixed(stage.name, MAIL_TOPIC),
        master_key=key,
        enforce_ssl=not stage.local,
    )
