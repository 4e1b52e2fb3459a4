"""The records of the answers, field by field, against what is documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from types import NoneType
from typing import cast, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen
from contract_table import PAIRS, Documented, Field

from leadlex_async import Page
from leadlex_async._http.record import ALSO, OpenEnum
from leadlex_async.catalog import Operation, present
from leadlex_async.resources import _chat

SCALARS: dict[str, object] = {"string": str, "integer": int, "number": float, "boolean": bool}


@frozen
class Pairing:
    """A documented field and the record's field it is read into."""

    field: Field
    owner: type
    name: str
    kind: object
    """The type, without None."""

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


def record_of(operation: Operation) -> object:
    """What an operation answers; of a list or a page, what is in it."""
    kind: object = operation.op.returns
    return get_args(kind)[0] if get_origin(kind) in {Page, list} else kind


def is_record(kind: object) -> bool:
    """Whether a type is a record of ours."""
    return isinstance(kind, type) and attrs.has(kind)


@cache
def fields_of(kind: type) -> dict[str, attrs.Attribute[object]]:
    """The fields of a record by their names here."""
    return {each.name: each for each in attrs.fields(cast("type[attrs.AttrsInstance]", kind))}


def also(each: attrs.Attribute[object]) -> tuple[str, ...]:
    """The other names of a field."""
    return cast("tuple[str, ...]", each.metadata.get(ALSO, ()))


@cache
def offered(kind: type) -> dict[str, tuple[str, object]]:
    """The fields of a record under all their names: the name here, and the type without None."""
    hints = get_type_hints(kind)
    return {
        name: (each.name, present(hints[each.name]))
        for each in fields_of(kind).values()
        for name in (each.name, *also(each))
    }


def answers() -> Iterator[tuple[type, list[Field], str]]:
    """Each record with the documented fields of its place: those of answers, and those inside of these."""
    for documented, operation in PAIRS:
        kind = record_of(operation)
        if is_record(kind):
            yield from _inside(cast("type", kind), documented.response, operation.name)
        for event in documented.events:
            yield from _inside(_chat.KINDS[event.name], event.fields, f"{operation.name} {event.name}")


def _inside(kind: type, fields: list[Field], where: str) -> Iterator[tuple[type, list[Field], str]]:
    yield kind, fields, where
    for pairing in pairings(kind, fields):
        if is_record(part := core(pairing.kind)):
            yield from _inside(cast("type", part), pairing.field.fields, f"{where} {pairing.field.name}")


def pairings(kind: type, fields: list[Field]) -> list[Pairing]:
    """What documented fields of a record are read into; those that are nowhere are left out."""
    names = offered(kind)
    return [
        Pairing(field, kind, *names[name]) for field in fields for name in (field.name, *field.aliases) if name in names
    ]


def core(kind: object) -> object:
    """A type out of its tuples."""
    return core(get_args(kind)[0]) if get_origin(kind) is tuple else kind


def unfit(field: Field, kind: object) -> str:
    """Why a documented field cannot be read as this type; nothing if it can."""
    origin, arguments = get_origin(kind), get_args(kind)
    if field.type == "array":
        return unfit(field.item, arguments[0]) if origin is tuple else f"{kind} for a list"
    if field.type == "object":
        return _unfit_object(field, kind)
    if field.type == "any":
        return "" if {dict, list} <= {get_origin(each) for each in arguments} else f"{kind} for any JSON"
    return _unfit_scalar(field, kind)


def _unfit_scalar(field: Field, kind: object) -> str:
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        unknown = {*field.enum} - {*kind._value2member_map_}
        return f"{kind.__name__} lacks {unknown}" if unknown else "" if field.type == "string" else "a word"
    if field.format == "date-time" or kind is datetime:
        return "" if field.format == "date-time" and kind is datetime else f"{kind} for {field.format or field.type}"
    if kind != SCALARS[cast("str", field.type)]:
        return f"{kind} for {field.type}"
    return f"text for the words {field.enum}" if field.enum and not field.open else ""


def _unfit_object(field: Field, kind: object) -> str:
    """An object whose fields are known is a record, one with keys of its own a mapping."""
    if field.fields:
        return "" if is_record(kind) else f"{kind} for an object"
    if get_origin(kind) is not Mapping:
        return f"{kind} for a mapping"
    values = get_args(kind)[1]
    return unfit(Field(field.name, "any" if field.free else field.values), values)


def words(documented: Documented, operation: Operation) -> Iterator[tuple[type[OpenEnum], set[object]]]:
    """Each enum with words documented for it: those of fields that are read, and of parameters, into its type."""
    taken = {field.name: field for field in documented.params}
    for field in documented.params:
        if field.name in operation.parameters:
            for kind in _enums(operation.parameters[field.name].type):
                yield kind, {*field.enum, *field.examples}
    record = record_of(operation)
    for owner, fields, _ in _inside(cast("type", record), documented.response, "") if is_record(record) else ():
        for pairing in pairings(owner, fields):
            written = taken.get(pairing.field.name, pairing.field)
            for each in _enums(core(pairing.kind)):
                yield each, {*pairing.field.enum, *pairing.field.examples, *written.enum, *written.examples}


def _enums(kind: object) -> Iterator[type[OpenEnum]]:
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        yield kind
    for part in get_args(kind):
        if part is not NoneType:
            yield from _enums(part)
