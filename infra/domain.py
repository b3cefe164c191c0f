"""Function stacks: a domain's functions with everything that hangs on them."""

from collections.abc import Iterable
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.artifacts import CORE, RUNTIME, Artifacts
from infra.platform import PlatformStack
from infra.triggers import deploy
from shared.kernel import names
from shared.kernel.declare import Authorizer, Declaration, FunctionUrl


class DomainStack(Stack):
    """A domain's functions, routes, queues and alarms."""

    def __init__(self, scope: Construct, domain: str, platform: PlatformStack, **options: Any) -> None:
        super().__init__(scope, names.prefixed(platform.stage.name, domain), **options)


def layers(stack: Stack, declarations: Iterable[Declaration], built: dict[str, str]) -> dict[str, lambda_.LayerVersion]:
    """Make the layers that the functions of a stack use.

    Args:
        stack: where they belong.
        declarations: its functions.
        built: folder of each family; empty for a stage without layers.
    """
    families = {CORE, *(family for declaration in declarations for family in declaration.layers)} if built else set()
    return {
        family: lambda_.LayerVersion(
            stack,
            f"layer-{family}",
            code=lambda_.Code.from_asset(built[family]),
            compatible_architectures=[lambda_.Architecture.ARM_64],
            compatible_runtimes=[RUNTIME],
            description=f"Third-party code: {family}",
        )
        for family in sorted(families)
    }


def add_functions(
    stack: Stack,
    declarations: Iterable[Declaration],
    platform: PlatformStack,
    code: str,
    built_layers: dict[str, str],
) -> None:
    """Deploy functions into a stack, those that others refer to first: the authorizer, and who has a function URL."""
    referred = (Authorizer, FunctionUrl)
    declared = sorted(declarations, key=lambda declaration: not isinstance(declaration.trigger, referred))
    artifacts = Artifacts(lambda_.Code.from_asset(code), layers(stack, declared, built_layers))
    for declaration in declared:
        deploy(stack, declaration, platform, artifacts)
