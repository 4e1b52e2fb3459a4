"""JSON Schema out of the SDK's own types, and the check of a request against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Literal, TypeAlias, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import attrs

from .._http.record import ALSO, OpenEnum
from ..catalog import keys
from .clock import epoch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http.wire import JSONValue

Schema: TypeAlias = dict[str, "JSONValue"]

_SCALARS: dict[object, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    NoneType: {"type": "null"},
    object: {},
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (NoneType,),
}


_MAY_BE_EMPTY = {"condition_value"}
"""Required texts that may hold nothing."""


def schema_of(kind: object) -> Schema:
    """The schema of a parameter or of a record."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _SCALARS:
        return dict(_SCALARS[kind])
    if origin is Literal:
        return {"enum": [*arguments]}
    if origin in {Union, UnionType}:
        return _any_of(arguments)
    if origin is None:
        return _named(cast("type[attrs.AttrsInstance]", kind))
    if issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    return {"type": "array", "items": schema_of(arguments[0])}


def _named(kind: type[attrs.AttrsInstance]) -> Schema:
    if issubclass(kind, OpenEnum):
        return {"type": "string"}
    if issubclass(kind, date):
        return {"type": "string", "format": "date-time"}
    return _body(kind) if is_typeddict(kind) else _record(kind)


def _any_of(kinds: tuple[object, ...]) -> Schema:
    """A union; of what only JSON as a whole can be, nothing is known."""
    if {dict, list} <= {get_origin(each) for each in kinds}:
        return {}
    schemas = [schema_of(each) for each in kinds if not _is_open(each, kinds)]
    moment: Schema = {"type": "string", "format": "date-time"}
    if moment in schemas:  # text is the same moment written out
        schemas = [moment, *(each for each in schemas if each.get("type") != "string")]
    return schemas[0] if len(schemas) == 1 else {"anyOf": [*schemas]}


def _is_open(kind: object, among: tuple[object, ...]) -> bool:
    """An open enum beside the words of it: a request may only say the words."""
    return isinstance(kind, type) and issubclass(kind, OpenEnum) and any(get_origin(each) is Literal for each in among)


@cache
def _body(kind: type) -> Schema:
    known = keys(kind)
    required: list[JSONValue] = [name for name, (_, needed) in known.items() if needed]
    return _object({name: schema_of(hint) for name, (hint, _) in known.items()}, required)


@cache
def _record(kind: type[attrs.AttrsInstance]) -> Schema:
    """A record; a field with a default may be null or missing, and may come under its other names."""
    properties: Schema = {}
    required: list[JSONValue] = []
    hints = get_type_hints(kind)
    for each in attrs.fields(kind):
        schema = schema_of(hints[each.name])
        needed = each.default is attrs.NOTHING
        for name in (each.name, *each.metadata.get(ALSO, ())):
            properties[name] = schema if needed else _nullable(schema)
        required += [each.name] if needed and not each.metadata.get(ALSO) else []
    return _object(properties, required) | {"additionalProperties": False}


def _nullable(schema: Schema) -> Schema:
    choices = cast("list[Schema]", schema.get("anyOf", [schema]))
    null = _SCALARS[NoneType]
    return schema if not schema or null in choices else {"anyOf": [*choices, null]}


def _object(properties: Schema, required: list[JSONValue]) -> Schema:
    schema: Schema = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema


def faults(schema: Schema, value: JSONValue, path: str = "") -> Iterator[tuple[str, str]]:
    """What is wrong with a value: the path and the reason of each fault."""
    if "anyOf" in schema:
        choices = cast("list[Schema]", schema["anyOf"])
        wrong = [[*faults(choice, value, path)] for choice in choices]
        if all(wrong):
            yield min(wrong, key=len)[0]
        return
    reason = _unfit(schema, value)
    if reason:
        yield path, reason
    elif isinstance(value, dict):
        yield from _inside(schema, value, path)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from faults(cast("Schema", schema.get("items", {})), item, f"{path}[{at}]")


def _inside(schema: Schema, value: dict[str, JSONValue], path: str) -> Iterator[tuple[str, str]]:
    prefix = f"{path}." if path else ""
    properties = cast("dict[str, Schema]", schema.get("properties", {}))
    for name in cast("list[str]", schema.get("required", [])):
        if value.get(name) is None or (value[name] == "" and name not in _MAY_BE_EMPTY):
            yield f"{prefix}{name}", "Required"
    others = cast("Schema", schema.get("additionalProperties", {}))
    for name, item in value.items():
        yield from faults(properties.get(name, others), item, f"{prefix}{name}")


def _unfit(schema: Schema, value: JSONValue) -> str:
    """Why a single value does not fit; its parts are not looked at."""
    kind = cast("str | None", schema.get("type"))
    if kind is not None and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return f"Must be of type {kind}"
    words = cast("list[JSONValue]", schema.get("enum", []))
    if words and not any(word == value and type(word) is type(value) for word in words):
        return f"Must be one of {', '.join(map(str, words))}"
    if schema.get("format") == "date-time" and epoch(cast("str", value)) is None:
        return "Must be ISO 8601"
    return ""
