"""The data stack: one table per domain."""

from collections.abc import Iterable
from typing import Any

from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.stages import Stage
from shared.kernel import names
from shared.kernel.storage.table import Index, Table

TTL = "expires_at"


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


def _add_index(table: dynamodb.Table, index: Index) -> None:
    kind = dynamodb.AttributeType.NUMBER if index.numeric else dynamodb.AttributeType.STRING
    projection: dict[str, Any] = (
        {"projection_type": dynamodb.ProjectionType.INCLUDE, "non_key_attributes": list(index.include)}
        if index.include
        else {"projection_type": dynamodb.ProjectionType.KEYS_ONLY}
    )
    table.add_global_secondary_index(
        index_name=index.name,
        partition_key=_text(index.hash_key),
        sort_key=dynamodb.Attribute(name=index.range_key, type=kind),
        **projection,
    )


class DataStack(Stack):
    """Every domain's table, kept when the stack goes (except locally)."""

    def __init__(self, scope: Construct, stage: Stage, tables: Iterable[Table], **options: Any) -> None:
        super().__init__(scope, names.prefixed(stage.name, "data"), **options)
        self.tables = {table.domain: self._table(table, stage) for table in tables}

    def _table(self, declared: Table, stage: Stage) -> dynamodb.Table:
        # The AWS-managed key: its use is in CloudTrail like that of a customer key, but no role needs a grant on it
        # and nobody can make the journal unreadable by deleting it.
        table = dynamodb.Table(
            self,
            declared.domain,
            table_name=names.table_name(stage.name, declared.domain),
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            deletion_protection=not stage.local,
            removal_policy=RemovalPolicy.DESTROY if stage.local else RemovalPolicy.RETAIN,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute=TTL,
        )
        for index in declared.indexes:
            _add_index(table, index)
        CfnOutput(self, f"TableName{declared.domain.title()}", value=table.table_name)
        return table
