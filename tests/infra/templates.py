"""Synthesized templates of one stage, with references followed across stacks."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.app import assemble, new_app
from infra.stages import deployed, local
from shared.kernel.declare import Declaration
from shared.kernel.storage.table import Table
from tests.infra.whole_stage import VALUES


@dataclass(frozen=True)
class Resource:
    stack: str
    logical_id: str
    type: str
    properties: dict[str, Any]
    policies: tuple[str | None, str | None]


@dataclass(frozen=True)
class Findings:
    rule: str
    construct: str


class Templates:
    """All stacks of one stage."""

    def __init__(self, name: str, declarations: Iterable[Declaration], tables: Iterable[Table], folder: Path) -> None:
        self.stage = local({}) if name == "local" else deployed(name, VALUES)
        self.declarations = tuple(declarations)
        self.tables = tuple(tables)
        self._folder = folder
        self._synthesize()
        found = {path.name.split(".")[0]: json.loads(path.read_text()) for path in folder.glob("*.template.json")}
        self.stacks: dict[str, dict[str, Any]] = found
        self.resources = [
            Resource(
                stack,
                key,
                value["Type"],
                value.get("Properties", {}),
                (value.get("DeletionPolicy"), value.get("UpdateReplacePolicy")),
            )
            for stack, template in found.items()
            for key, value in template.get("Resources", {}).items()
        ]
        self._by_id = {(resource.stack, resource.logical_id): resource for resource in self.resources}
        self._exports = {
            output["Export"]["Name"]: (stack, output["Value"])
            for stack, template in found.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def _synthesize(self) -> None:
        app = new_app(str(self._folder))
        layers = {} if self.stage.local else self._layers()
        assemble(app, self.stage, self.declarations, self.tables, layers)
        Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))
        try:
            app.synth()
        except RuntimeError as refused:
            # The templates and the report are written all the same; the tests judge the findings.
            if "ValidationFailed" not in str(refused):
                raise

    def _layers(self) -> dict[str, Path]:
        families = {"core", *(family for declaration in self.declarations for family in declaration.layers)}
        made = {family: self._folder / "stub-layers" / family for family in families}
        for family, path in made.items():
            path.mkdir(parents=True)
            (path / "family.txt").write_text(family)
        return made

    def findings(self) -> Iterator[Findings]:
        report = json.loads((self._folder / "validation-report.json").read_text())
        for plugin in report["pluginReports"]:
            for violation in plugin["violations"]:
                for construct in violation["violatingConstructs"]:
                    yield Findings(violation["ruleName"], construct["constructPath"])

    def of_type(self, type_: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type == type_]

    def target(self, stack: str, value: Any) -> Resource:
        """Return the resource that a reference means, through exports and text around it."""
        match value:
            case {"Ref": logical_id}:
                return self._by_id[stack, logical_id]
            case {"Fn::GetAtt": [logical_id, _]}:
                return self._by_id[stack, logical_id]
            case {"Fn::ImportValue": name}:
                return self.target(*self._exports[name])
            case {"Fn::Join": [_, parts]}:
                inner = [part for part in parts if isinstance(part, dict) and not _pseudo(part)]
                assert len(inner) == 1, value
                return self.target(stack, inner[0])
        raise AssertionError(f"no reference: {value}")

    def text(self, stack: str, value: Any) -> str:
        """Return a value as text: pseudo parameters as ``<name>``, resources as ``<type name>``."""
        match value:
            case str():
                return value
            case {"Ref": str(name)} if name.startswith("AWS::"):
                return f"<{name.removeprefix('AWS::')}>"
            case {"Fn::Join": [separator, parts]}:
                return separator.join(self.text(stack, part) for part in parts)
        return self._label(self.target(stack, value))

    def _label(self, resource: Resource) -> str:
        if resource.type == "AWS::KMS::Key":
            aliases = self.of_type("AWS::KMS::Alias")
            (alias,) = [one for one in aliases if self.target(one.stack, one.properties["TargetKeyId"]) == resource]
            return f"<{alias.properties['AliasName']}>"
        for key in ("QueueName", "TableName", "LogGroupName", "FunctionName", "Name", "ApiName"):
            if key in resource.properties:
                return f"<{resource.properties[key]}>"
        return f"<{resource.logical_id}>"


def _pseudo(part: Mapping[str, Any]) -> bool:
    return str(part.get("Ref", "")).startswith("AWS::")
