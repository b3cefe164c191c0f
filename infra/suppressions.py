"""Findings of cdk-nag that are accepted, each with its reason. Whatever is not here fails the tests."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Suppression:
    """One accepted finding.

    Attributes:
        rule: the rule, with its finding where it has one; ``*`` stands for anything.
        construct: path of the construct; ``*`` stands for anything.
        reason: why it is accepted.
    """

    rule: str
    construct: str
    reason: str

    def accepts(self, rule: str, construct: str) -> bool:
        """Whether this is the finding meant."""
        return fnmatchcase(_plain(rule), _plain(self.rule)) and fnmatchcase(construct, self.construct)


def _plain(rule: str) -> str:
    # Brackets are character sets to fnmatch.
    return rule.translate({ord("["): "(", ord("]"): ")"})


SUPPRESSIONS = (
    Suppression(
        "AwsSolutions-APIG1",
        "*/meter-stage/Resource",
        "A line for each tick would cost more than the tick, which leaves its own evidence in the viewing session.",
    ),
    Suppression("Serverless-APIGWAccessLogging", "*/meter-stage/Resource", "The same."),
    Suppression(
        "AwsSolutions-APIG4",
        "*-route/Resource",
        "Public by declaration, which a test compares with every route; sockets are authorized by a one-time ticket.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::?]",
        "*-role/Resource",
        "X-Ray and dynamodb:ListStreams know no resources; a test allows `*` to nothing else.",
    ),
    Suppression("Serverless-LambdaStarPermissions", "*", "The same two."),
    Suppression(
        "AwsSolutions-IAM5[Resource::arn:*/@connections/?]",
        "*-role/Resource",
        "Connections come and go: their ids are not known when the role is made.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::arn:*:key/?]",
        "*-role/Resource",
        "Whichever key is behind one alias: a condition names the alias, and a test demands it.",
    ),
    Suppression(
        "AwsSolutions-IAM5[Resource::arn:*:s3:::*-wellspring-media-*/*/?]",
        "*-role/Resource",
        "Objects come and go: a function is granted those below one prefix, and addresses are signed for one object.",
    ),
    Suppression(
        "AwsSolutions-S1",
        "*/media/Resource",
        "Every upload and download goes by an address that an endpoint signed and logged for whom.",
    ),
    Suppression("AwsSolutions-L1", "*", "Python 3.13 is what every locked package has wheels for."),
    Suppression("Serverless-LambdaLatestVersion", "*", "Python 3.13 is what every locked package has wheels for."),
    Suppression(
        "AwsSolutions-SMG4", "*/secret-*/Resource", "Providers issue their secrets; ours is rotated by hand (docs)."
    ),
    Suppression("AwsSolutions-SQS3", "*-dead-queue/Resource", "It is a dead-letter queue."),
    Suppression("Serverless-SQSRedrivePolicy", "*-dead-queue/Resource", "It is a dead-letter queue."),
    Suppression(
        "Serverless-SNSRedrivePolicy",
        "*-wellspring-platform/alarms/*/Resource",
        "A mail to the operator: what is in alarm stays in alarm, and nothing could be done with a copy of the mail.",
    ),
    Suppression(
        "Serverless-LambdaDLQ",
        "*",
        "Called with an answer, or from a queue or stream that has its own; a test demands one of every schedule.",
    ),
    Suppression(
        "Serverless-LambdaEventSourceMappingDestination",
        "*SqsEventSource*",
        "A queue has a dead-letter queue, not a destination.",
    ),
)
