"""Examples composed from what the wire models say of themselves: their own, or those of their fields."""

from typing import Any

Schema = dict[str, Any]

REFERENCE = "#/components/schemas/"


class NoExample(LookupError):
    """A model or field says nothing to make an example of."""


def example(schema: Schema, schemas: dict[str, Schema], at: str) -> Any:
    """Return an example of a schema.

    Args:
        schema: of what.
        schemas: the components it may refer to.
        at: where it stands, for the error.

    Raises:
        NoExample: there is nothing to make it of; the message tells where to add one.
    """
    if "$ref" in schema and "examples" not in schema:
        name = schema["$ref"].rpartition("/")[2]
        return example(schemas[name], schemas, name)
    for own in ("examples", "enum"):
        if schema.get(own):
            return schema[own][0]
    for own in ("const", "default"):
        if own in schema:
            return schema[own]
    return _composed(schema, schemas, at)


def _composed(schema: Schema, schemas: dict[str, Schema], at: str) -> Any:
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas, at)
    match schema.get("type"):
        case "object":
            fields = schema.get("properties", {}).items()
            return {name: example(field, schemas, f"{at}.{name}") for name, field in fields}
        case "array":
            return [example(schema["items"], schemas, at)]
        case "boolean":
            return True
        case "null":
            return None
    raise NoExample(f"{at} has no example: give the field or its model `examples`")
