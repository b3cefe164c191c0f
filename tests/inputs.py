"""Everything that requests may say: the types of what endpoints and socket commands take, walked field by field."""

import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import BaseModel

from shared.kernel.declare import Http
from shared.kernel.registry import functions


@dataclass(frozen=True)
class Place:
    """Somewhere a value of a simple type is given: where, its type, and what is written beside it."""

    name: str
    kind: Any
    notes: tuple[Any, ...]


def taken() -> Iterator[tuple[str, Any]]:
    """Yield what every endpoint takes: the function and parameter, and the type as it is written down."""
    for function in functions():
        if isinstance(function.declaration.trigger, Http):
            for name, parameter in inspect.signature(function.handler, eval_str=True).parameters.items():
                notes = get_args(parameter.annotation) if get_origin(parameter.annotation) is Annotated else ()
                if not any(isinstance(note, Depends) for note in notes):
                    yield f"{function.declaration.name}:{name}", parameter.annotation


def models() -> list[type[BaseModel]]:
    """Return every model of a request, also those inside others."""
    found: dict[type[BaseModel], None] = {}
    for name, annotation in taken():
        list(_walk(name, annotation, (), found))
    return list(found)


def places() -> list[Place]:
    """Return every place of a simple value in what endpoints take, each model's once."""
    found: dict[type[BaseModel], None] = {}
    return [place for name, annotation in taken() for place in _walk(name, annotation, (), found)]


def _walk(name: str, annotation: Any, notes: tuple[Any, ...], seen: dict[type[BaseModel], None]) -> Iterator[Place]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        yield from _walk(name, inner, (*notes, *more), seen)
    elif origin in {Union, types.UnionType}:
        for alternative in get_args(annotation):
            yield from _walk(name, alternative, notes, seen)
    elif origin in {list, tuple, dict}:
        for part in get_args(annotation):
            yield from _walk(f"{name}[]", part, (), seen)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _fields(annotation, seen)
    else:
        yield Place(name, annotation, notes)


def _fields(model: type[BaseModel], seen: dict[type[BaseModel], None]) -> Iterator[Place]:
    if model not in seen:
        seen[model] = None
        for field, info in model.model_fields.items():
            yield from _walk(f"{model.__name__}.{field}", info.annotation, tuple(info.metadata), seen)
