"""What functions run: code, runtime and layers."""

from dataclasses import dataclass, field

from aws_cdk import aws_lambda as lambda_

from shared.kernel.declare import Declaration

CORE = "core"
"""The family of third-party code that every function has."""

RUNTIME = lambda_.Runtime.PYTHON_3_13


@dataclass(frozen=True, slots=True)
class Artifacts:
    """What the functions of one stack run: the domain's code and, on AWS, this stack's own layers.

    A layer shared between stacks would be an export that blocks every update of it. ``urls`` are the stack's function
    URLs by provider, known once their functions are added.
    """

    code: lambda_.Code
    layers: dict[str, lambda_.LayerVersion]
    urls: dict[str, str] = field(default_factory=dict)

    def layers_of(self, declaration: Declaration) -> list[lambda_.ILayerVersion]:
        """Return the layers of a function; none locally, where functions run on the project's interpreter."""
        return [self.layers[family] for family in (CORE, *declaration.layers)] if self.layers else []
