"""Putting the real CDK application onto the local AWS."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import boto3

from infra.local.processes import tail
from infra.local.settings import ACCOUNT, REGION, ROOT, LocalSettings, LocalStackError

CDK = ROOT / "infra" / "local" / "node_modules" / "aws-cdk" / "bin" / "cdk"
ASSETS_BUCKET = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
SHOWN = ("✅", "❌", "✨  Synthesis")


def deploy(settings: LocalSettings) -> dict[str, str]:
    """Synthesize and deploy every stack, and return the outputs of all of them by name.

    Raises:
        LocalStackError: the application could not be synthesized or deployed.
    """
    _make_assets_bucket(settings)
    outputs = settings.directory / "outputs.json"
    _run_cdk(
        settings,
        "deploy",
        "--all",
        "--require-approval=never",
        "--method=direct",
        "--progress=events",
        f"--outputs-file={outputs}",
    )
    for template in _templates(settings):
        _restore_cors(settings, *template)
    return {name: value for stack in json.loads(outputs.read_text()).values() for name, value in stack.items()}


def client(settings: LocalSettings, service: str) -> Any:
    """Return a client of the local AWS with its administrator's rights."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=settings.url("aws"),
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def _run_cdk(settings: LocalSettings, *arguments: str) -> None:
    log = settings.logs / "deploy.log"
    command = [
        "node",
        str(CDK),
        *arguments,
        f"--output={settings.directory / 'cdk.out'}",
        "--context=stage=local",
        "--ci",
        "--no-notices",
        "--no-color",
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=settings.client_environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with process, log.open("w") as file:
        for line in process.stdout or ():
            file.write(line)
            if line.lstrip().startswith(SHOWN):
                print(f"    {line.strip()}", flush=True)
    if process.returncode:
        raise LocalStackError(f"the deploy failed, all of it in {log}:\n{tail(log)}")


def _make_assets_bucket(settings: LocalSettings) -> None:
    """Make what a bootstrapped account would have: the bucket for templates and code."""
    s3 = client(settings, "s3")
    if ASSETS_BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        s3.create_bucket(Bucket=ASSETS_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})


def _templates(settings: LocalSettings) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((settings.directory / "cdk.out").glob("*.template.json")):
        yield path.name.removesuffix(".template.json"), json.loads(path.read_text())


def _restore_cors(settings: LocalSettings, stack: str, template: dict[str, Any]) -> None:
    """Set the CORS rules of HTTP APIs once more: the emulator's CloudFormation stores them where nothing reads them."""
    for logical_id, resource in template.get("Resources", {}).items():
        rules = resource.get("Properties", {}).get("CorsConfiguration")
        if resource["Type"] != "AWS::ApiGatewayV2::Api" or not rules:
            continue
        found = client(settings, "cloudformation").describe_stack_resource(
            StackName=stack, LogicalResourceId=logical_id
        )
        api_id = found["StackResourceDetail"]["PhysicalResourceId"]
        client(settings, "apigatewayv2").update_api(ApiId=api_id, CorsConfiguration=rules)
