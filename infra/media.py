"""Uploads: one private bucket that clients write to and read from by addresses signed for one object."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from infra.stages import Stage
from shared.kernel import names


def media_name(scope: Stack, stage: Stage) -> str:
    """Return the bucket's name. Names of buckets are the whole world's: the account's number makes it ours."""
    return f"{names.prefixed(stage.name, 'media')}-{scope.account}"


def make_media(scope: Stack, stage: Stage) -> s3.Bucket:
    """Make the bucket; nothing in it is public, and everything goes over TLS."""
    return s3.Bucket(
        scope,
        "media",
        bucket_name=media_name(scope, stage),
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=not stage.local,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        versioned=not stage.local,
        removal_policy=RemovalPolicy.DESTROY if stage.local else RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
            s3.LifecycleRule(noncurrent_version_expiration=Duration.days(30)),
        ],
        cors=[
            s3.CorsRule(
                allowed_methods=[s3.HttpMethods.GET, s3.HttpMethods.PUT],
                allowed_origins=list(stage.origins),
                allowed_headers=["content-type", "content-length", "if-none-match"],
                max_age=3600,
            )
        ],
    )
