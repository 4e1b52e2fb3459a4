"""Records as JSON: the keys are the names that the API has for its fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, TypeAlias, cast

import attrs

from .._http.wire import timestamp

if TYPE_CHECKING:
    from .._http.wire import JSONValue

Row: TypeAlias = "dict[str, JSONValue]"


def as_json(value: object) -> JSONValue:
    """A record, or anything in one, as JSON; times are in UTC."""
    if attrs.has(type(value)):
        return as_row(value)
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in cast("Mapping[object, object]", value).items()}
    if isinstance(value, date):
        return timestamp(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [as_json(item) for item in cast("Sequence[object]", value)]
    return cast("JSONValue", value)


def as_row(record: object) -> Row:
    """A record as a JSON object with all of its fields; what is no record, a tag say, under ``value``."""
    if isinstance(record, Mapping):
        return cast("Row", as_json(cast("object", record)))
    if not attrs.has(type(record)):
        return {"value": as_json(record)}
    return {name: as_json(getattr(record, name)) for name in fields(type(record))}


def fields(kind: type) -> list[str]:
    """The names of a record's fields; of what is no record, ``value``."""
    return [field.name for field in attrs.fields(kind)] if attrs.has(kind) else ["value"]
