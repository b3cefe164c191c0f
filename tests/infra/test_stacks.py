import warnings

import pytest

from infra.suppressions import SUPPRESSIONS
from shared.kernel import names
from tests.infra.templates import Templates

MOST_RESOURCES = 450
MANY_RESOURCES = 400


def test_a_stack_stays_below_the_limit_of_resources(deployed: Templates) -> None:
    for name, template in deployed.stacks.items():
        count = len(template.get("Resources", {}))
        assert count <= MOST_RESOURCES, f"{name}: split the domain, CloudFormation takes 500"
        if count > MANY_RESOURCES:
            warnings.warn(f"{name} has {count} resources of {MOST_RESOURCES}", stacklevel=1)


@pytest.mark.covers("R-25")
def test_cdk_nag_finds_nothing_that_is_not_accepted_with_a_reason(deployed: Templates) -> None:
    open_findings = [
        found
        for found in deployed.findings()
        if not any(known.accepts(found.rule, found.construct) for known in SUPPRESSIONS)
    ]
    assert open_findings == []


@pytest.mark.covers("R-25")
def test_no_suppression_is_left_over(sampled: Templates) -> None:
    findings = list(sampled.findings())
    for known in SUPPRESSIONS:
        assert any(known.accepts(found.rule, found.construct) for found in findings), known.rule


def test_layers_are_never_shared_between_stacks(deployed: Templates) -> None:
    for stack, template in deployed.stacks.items():
        for output in template.get("Outputs", {}).values():
            if "Export" in output:
                assert deployed.target(stack, output["Value"]).type != "AWS::Lambda::LayerVersion"


def test_tables_are_what_the_items_declare(deployed: Templates) -> None:
    found = {table.properties["TableName"]: table.properties for table in deployed.of_type("AWS::DynamoDB::Table")}
    assert found.keys() == {names.table_name(deployed.stage.name, table.domain) for table in deployed.tables}
    for table in deployed.tables:
        properties = found[names.table_name(deployed.stage.name, table.domain)]
        types = {one["AttributeName"]: one["AttributeType"] for one in properties["AttributeDefinitions"]}
        assert _keys(properties) == ["pk", "sk"]
        assert types == {"pk": "S", "sk": "S"} | {
            key: kind
            for index in table.indexes
            for key, kind in ((index.hash_key, "S"), (index.range_key, "N" if index.numeric else "S"))
        }
        indexes = {one["IndexName"]: one for one in properties.get("GlobalSecondaryIndexes", [])}
        assert indexes.keys() == {index.name for index in table.indexes}
        for index in table.indexes:
            assert _keys(indexes[index.name]) == [index.hash_key, index.range_key]
            assert set(indexes[index.name]["Projection"].get("NonKeyAttributes", [])) == set(index.include)
            kind = "INCLUDE" if index.include else "KEYS_ONLY"
            assert indexes[index.name]["Projection"]["ProjectionType"] == kind


def _keys(properties: dict) -> list[str]:
    return [key["AttributeName"] for key in properties["KeySchema"]]


@pytest.mark.covers("R-25")
def test_tables_scale_recover_stream_and_forget(deployed: Templates) -> None:
    for table in deployed.of_type("AWS::DynamoDB::Table"):
        assert table.properties["BillingMode"] == "PAY_PER_REQUEST"
        assert table.properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
        assert table.properties["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
        assert table.properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
        assert table.properties["SSESpecification"] == {"SSEEnabled": True}


def test_data_and_keys_survive_their_stack_on_aws_and_leave_with_it_locally(
    sampled: Templates, local: Templates
) -> None:
    kept = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::SecretsManager::Secret")
    for type_ in kept:
        assert {found.policies for found in sampled.of_type(type_)} == {("Retain", "Retain")}
        assert {found.policies for found in local.of_type(type_)} == {("Delete", "Delete")}
    assert all(found.properties["DeletionProtectionEnabled"] for found in sampled.of_type("AWS::DynamoDB::Table"))
    assert not [
        found for found in local.of_type("AWS::DynamoDB::Table") if found.properties["DeletionProtectionEnabled"]
    ]


def test_tokens_are_signed_by_an_rsa_key_of_2048_bits(sampled: Templates) -> None:
    (key,) = [found for found in sampled.of_type("AWS::KMS::Key") if found.properties.get("KeyUsage") == "SIGN_VERIFY"]
    assert key.properties["KeySpec"] == "RSA_2048"


def test_provider_secrets_have_values_locally_and_none_on_aws(local: Templates, sampled: Templates) -> None:
    def texts(templates: Templates) -> dict[str, str | None]:
        return {
            found.properties["Name"]: found.properties.get("SecretString")
            for found in templates.of_type("AWS::SecretsManager::Secret")
        }

    assert "sk_test_local" in (texts(local)["local/wellspring/stripe"] or "")
    assert set(texts(sampled).values()) == {None}


def test_uploads_are_private_encrypted_and_kept(sampled: Templates) -> None:
    (bucket,) = sampled.of_type("AWS::S3::Bucket")
    assert set(bucket.properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket.properties["BucketEncryption"]
    assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}
    (policy,) = sampled.of_type("AWS::S3::BucketPolicy")
    assert {statement["Effect"] for statement in policy.properties["PolicyDocument"]["Statement"]} == {"Deny"}
