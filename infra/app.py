"""The CDK app: stacks from the declarations. ``-c stage=<name>`` chooses the deployment, ``local`` by default."""

import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from aws_cdk import App, CliCredentialsStackSynthesizer, Environment, Tags

from infra.assets import TARGET_PYTHON, build_layers, bundle, target_interpreter
from infra.data import DataStack
from infra.domain import DomainStack, add_functions
from infra.platform import PlatformStack
from infra.stages import Stage, stage
from infra.tables import tables
from shared.kernel import names, registry
from shared.kernel.declare import Authorizer, Declaration, FunctionUrl, OnDue, OnEvent, OnStream, Schedule
from shared.kernel.storage.table import Table

PLATFORM = "platform"

FLAGS = {"@aws-cdk/core:defaultCrossStackReferences": "strong"}
"""CDK's feature flags; here and not in ``cdk.json``, so that tests synthesize the same."""


def new_app(outdir: str | None = None) -> App:
    """Return an empty app."""
    return App(analytics_reporting=False, context=FLAGS, outdir=outdir)


def assemble(
    app: App,
    stage: Stage,
    declarations: Iterable[Declaration],
    tables: Iterable[Table],
    layers: dict[str, Path],
    interpreter: str | None = None,
) -> None:
    """Put the stacks of one stage into an app.

    Args:
        app: where to.
        stage: the deployment.
        declarations: every function.
        tables: every table.
        layers: built layers by family; empty locally.
        interpreter: compiles the code, if there is one of the target's version.
    """
    declared = tuple(declarations)
    homes: dict[str, list[Declaration]] = defaultdict(list)
    for declaration in declared:
        homes[home(declaration)].append(declaration)
    options = {
        "env": Environment(account=os.environ.get("CDK_DEFAULT_ACCOUNT"), region=os.environ.get("CDK_DEFAULT_REGION")),
        "termination_protection": not stage.local,
    }
    folders = {family: str(folder) for family, folder in layers.items()}
    code = Path(app.outdir) / "code"

    def synthesizer() -> dict[str, object]:
        # The local AWS refuses the publishing roles of a bootstrap while it enforces IAM.
        return {"synthesizer": CliCredentialsStackSynthesizer()} if stage.local else {}

    def add(stack: PlatformStack | DomainStack, name: str) -> None:
        domains = {declaration.domain for declaration in homes[name]}
        folder = bundle(domains, code / name, interpreter, local=stage.local)
        add_functions(stack, homes[name], platform, str(folder), folders)

    data = DataStack(app, stage, tables, **options, **synthesizer())
    platform = PlatformStack(app, stage, data.tables, declared, **options, **synthesizer())
    platform.add_stack_dependency(data)
    add(platform, PLATFORM)
    for domain in sorted(homes.keys() - {PLATFORM}):
        stack = DomainStack(app, domain, platform, **options, **synthesizer())
        stack.add_stack_dependency(platform)
        add(stack, domain)
    Tags.of(app).add("project", names.PROJECT)
    Tags.of(app).add("stage", stage.name)


def home(declaration: Declaration) -> str:
    """Return the stack of a function, without its prefix: its domain's, or the one of its domain's workers."""
    # The APIs refer to their authorizer, and every domain to the APIs: in a domain's stack it would close a circle.
    if isinstance(declaration.trigger, Authorizer):
        return PLATFORM
    # A stack holds 500 resources, and moving one later means replacing it: so every domain has two from the start. What
    # providers post to stands with the workers, which tell them its address.
    works = isinstance(declaration.trigger, OnEvent | OnDue | OnStream | Schedule | FunctionUrl)
    return f"{declaration.domain}-workers" if works else declaration.domain


def main() -> None:
    """Synthesize the stage that the context names."""
    app = new_app()
    try:
        chosen = stage(app.node.try_get_context("stage") or "local", os.environ)
    except (LookupError, ValueError) as problem:
        sys.exit(str(problem.args[0]))
    interpreter = None if chosen.local else target_interpreter()
    if not (chosen.local or interpreter):
        sys.stderr.write(f"No Python {TARGET_PYTHON} here: no bytecode is compiled, and cold starts take longer.\n")
    layers = {} if chosen.local else build_layers(Path(app.outdir) / "layers", interpreter)
    declarations = [function.declaration for function in registry.functions()]
    assemble(app, chosen, declarations, tables(), layers, interpreter)
    app.synth()


if __name__ == "__main__":
    main()
