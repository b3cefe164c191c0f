"""The OpenAPI document keeps what every client may rely on."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import schemathesis

from infra.documents.openapi import document, endpoints
from shared.kernel.declare import PUBLIC

DOCUMENT = document()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {
    found["operationId"]: (path, method, found)
    for path, methods in DOCUMENT["paths"].items()
    for method, found in methods.items()
}
ROUTES = {function.handler.__name__: (function, route) for function, route in endpoints()}

pytestmark = pytest.mark.covers("X-P-13")


def _validator(schema: dict[str, Any]) -> Any:
    return jsonschema_rs.Draft202012Validator(schema | {"components": DOCUMENT["components"]}, validate_formats=True)


def _contents(found: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "requestBody" in found:
        ((media, content),) = found["requestBody"]["content"].items()
        yield f"request {media}", content
    for status, answer in found["responses"].items():
        for media, content in answer["content"].items():
            if content["schema"]:
                yield f"{status} {media}", content


def _examples(content: dict[str, Any]) -> list[Any]:
    if "example" in content:
        return [content["example"]]
    names = [example["$ref"].rpartition("/")[2] for example in content["examples"].values()]
    return [DOCUMENT["components"]["examples"][name]["value"] for name in names]


def test_a_client_generator_can_read_it() -> None:
    loaded = schemathesis.openapi.from_dict(DOCUMENT)
    assert sum(1 for _ in loaded.get_all_operations()) == len(ROUTES)


def test_operations_are_named_for_their_functions() -> None:
    assert OPERATIONS.keys() == ROUTES.keys()
    assert len(ROUTES) == len(endpoints())


@pytest.mark.covers("S-P-30")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_request_and_answer_has_examples_that_its_schema_accepts(name: str) -> None:
    contents = dict(_contents(OPERATIONS[name][2]))
    assert contents
    for content in contents.values():
        examples = _examples(content)
        assert examples
        for example in examples:
            _validator(content["schema"]).validate(example)


@pytest.mark.covers("S-P-22", "S-P-23")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_operation_tells_its_errors(name: str) -> None:
    function, route = ROUTES[name]
    answers = OPERATIONS[name][2]["responses"]
    expected = {error.status for error in function.declaration.errors} | {route.status, 400, 500, 503}
    expected |= set() if route.allow == PUBLIC else {401, 403}
    expected |= {429} if route.rate else set()
    expected |= {409, 422} if route.idempotent else set()
    assert expected <= {int(status) for status in answers}
    told = {
        code
        for answer in answers.values()
        for code in answer["content"].get("application/json", {}).get("examples", {})
    }
    assert {error.__name__ for error in function.declaration.errors} <= told


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_operation_is_open_only_where_anyone_may_call_it(name: str) -> None:
    _, route = ROUTES[name]
    assert OPERATIONS[name][2]["security"] == ([] if route.allow == PUBLIC else [{"bearer": []}])


@pytest.mark.covers("X-P-02")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_answer_names_its_request(name: str) -> None:
    answers = OPERATIONS[name][2]["responses"].values()
    assert all("X-Request-Id" in answer["headers"] for answer in answers)


@pytest.mark.covers("X-P-32")
@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_object_is_closed(name: str) -> None:
    schema = SCHEMAS[name]
    # A form's other fields, such as those a browser's extension adds, are left alone.
    if schema.get("type") == "object" and not name.endswith("Form"):
        assert schema["additionalProperties"] is False


def _strings(schema: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every free text and list in a request, with its place."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from _strings(SCHEMAS[name], name)
    for choice in schema.get("anyOf", ()):
        yield from _strings(choice, at)
    for name, field in schema.get("properties", {}).items():
        yield from _strings(field, f"{at}.{name}")
    if schema.get("type") in {"string", "array"} and not {"enum", "const"} & schema.keys():
        yield at, schema
    if "items" in schema:
        yield from _strings(schema["items"], f"{at}[]")


@pytest.mark.covers("X-P-32")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_every_text_and_list_that_comes_in_has_a_limit(name: str) -> None:
    found = OPERATIONS[name][2]
    sent = [(f"{name}.{one['name']}", one["schema"]) for one in found.get("parameters", ()) if "schema" in one]
    if "requestBody" in found:
        sent += [(name, content["schema"]) for content in found["requestBody"]["content"].values()]
    limits = {"maxLength", "maxItems", "pattern", "format"}
    unlimited = [at for place, schema in sent for at, text in _strings(schema, place) if not limits & text.keys()]
    assert unlimited == []


def test_every_provider_that_posts_to_us_is_told() -> None:
    assert {"stripe", "livekit"} <= DOCUMENT["webhooks"].keys()
