"""The API document as judges and generators made by others read it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.documents.openapi import document
from tests import clients, node

DOCUMENT = document()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
ROWS = re.compile(r"\b(?:[SX]-[A-Z]-\d\d|[DR]-\d\d)\b")

pytestmark = pytest.mark.covers("X-P-13")


def _parts(found: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every object of the document with its place, but not those of examples."""
    if isinstance(found, list):
        for number, one in enumerate(found):
            yield from _parts(one, f"{at}/{number}")
    if isinstance(found, dict):
        yield at, found
        for name, one in found.items():
            if name not in {"example", "examples", "value"} or at.endswith("/properties"):
                yield from _parts(one, f"{at}/{name}")


def test_the_validator_of_the_specification_accepts_it() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_the_judge_of_style_has_nothing_to_say() -> None:
    judge = node.installed(clients.HERE) / "@redocly/cli/bin/cli.js"
    judged = node.run(judge, "lint", "--config", "redocly.yaml", str(clients.DOCUMENT), cwd=clients.HERE)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    assert "warning" not in (judged.stdout + judged.stderr).lower(), judged.stderr


def test_a_default_is_what_its_own_schema_accepts() -> None:
    wrong = []
    for at, schema in _parts(DOCUMENT):
        if "default" in schema and not at.endswith("/properties"):
            validator = jsonschema_rs.Draft202012Validator(schema | {"components": DOCUMENT["components"]})
            wrong += [] if validator.is_valid(schema["default"]) else [at]
    assert wrong == []


def test_limits_are_written_in_words_that_json_schema_has() -> None:
    foreign = {"gt", "ge", "lt", "le", "multiple_of"}
    assert [at for at, schema in _parts(SCHEMAS) if foreign & schema.keys() and not at.endswith("/properties")] == []


def test_every_change_names_at_least_one_field() -> None:
    changes = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for methods in DOCUMENT["paths"].values()
        for method, operation in methods.items()
        if method == "patch" and "requestBody" in operation
    ]
    assert changes
    assert [
        name for name in changes if not SCHEMAS[name].get("required") and not SCHEMAS[name].get("minProperties")
    ] == []


def test_every_parameter_and_every_group_says_what_it_is() -> None:
    operations = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    parameters = [one for operation in operations for one in operation.get("parameters", ()) if "$ref" not in one]
    assert parameters
    assert [one["name"] for one in parameters if not one["description"].endswith((".", "`"))] == []
    assert all(tag["description"].endswith(".") for tag in DOCUMENT["tags"])


def test_names_are_the_public_ones() -> None:
    assert [name for name in SCHEMAS if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []


def test_fields_and_parameters_are_spelled_alike() -> None:
    spelled = {name for _, part in _parts(SCHEMAS) for name in part.get("properties", {})}
    spelled |= {name for path in DOCUMENT["paths"] for name in re.findall(r"\{(.+?)\}", path)}
    # What the specification of goals calls an insight (S-A-13).
    assert {name for name in spelled if not re.fullmatch(r"[a-z][A-Za-z0-9]*", name)} == {
        "achievement_rate",
        "next_milestone",
    }


def test_texts_are_for_readers_without_our_catalogue_of_requirements() -> None:
    texts = [
        (at, part[name])
        for at, part in _parts(DOCUMENT)
        for name in ("summary", "description")
        if isinstance(part.get(name), str)
    ]
    assert [(at, text) for at, text in texts if "``" in text or ROWS.search(text)] == []


def test_the_generator_of_python_clients_makes_every_operation(tmp_path: Path) -> None:
    made = clients.python_client(tmp_path)
    operations = {operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()}
    found = {file.stem for file in (made / "wellspring_client/api").rglob("*.py")} - {"__init__"}
    assert {name for name in operations if name not in found} == set()


def test_the_generator_of_typescript_clients_makes_every_operation(tmp_path: Path) -> None:
    types = clients.typescript_client(tmp_path)
    text = types.read_text()
    assert [path for path in DOCUMENT["paths"] if f'"{path}": {{' not in text] == []
    compiler = clients.HERE / "node_modules/typescript/bin/tsc"
    judged = node.run(compiler, "--strict", "--noEmit", types.name, cwd=tmp_path)
    assert judged.returncode == 0, judged.stdout
