"""Where in an answer something is wrong, by the names that the answer has."""

from __future__ import annotations

import re
from types import NoneType, UnionType
from typing import TYPE_CHECKING, NamedTuple, Union, get_args, get_origin

import attrs

from .record import ALSO

if TYPE_CHECKING:
    from .wire import JSONValue


def as_sent(where: str, value: JSONValue, kind: object) -> str:
    """A path within a value by the names that the value has: a field may have come under another one."""
    step = re.match(r"\.(\w+)|\[(\d+)\]", where)
    if step is None:
        return where
    name, index = step.groups()
    inner, found, sent = _inside(kind, name or ""), None, step[0]
    if isinstance(value, dict) and name is not None:
        sent_as = [key for key in inner.names if key in value]
        key = next((key for key in sent_as if value[key] is not None), sent_as[-1] if sent_as else name)
        found, sent = value.get(key), f".{key}"
    elif isinstance(value, list) and index is not None and int(index) < len(value):
        found = value[int(index)]
    return sent + as_sent(where[step.end() :], found, inner.kind)


class _Inside(NamedTuple):
    """What lies one step further into a type: its type, and the names it may come under."""

    kind: object
    names: tuple[str, ...] = ()


def _inside(kind: object, name: str) -> _Inside:
    if is_optional(kind):
        (kind,) = {*get_args(kind)} - {NoneType}
    if is_sequence(kind):
        return _Inside(get_args(kind)[0])
    if not isinstance(kind, type) or not attrs.has(kind):
        return _Inside(object)
    known = {field.name: field for field in attrs.fields(attrs.resolve_types(kind))}
    return _Inside(known[name].type, (name, *known[name].metadata.get(ALSO, ()))) if name in known else _Inside(object)


def is_optional(kind: object) -> bool:
    """Whether a type is of one kind or None."""
    parts = get_args(kind)
    return get_origin(kind) in {Union, UnionType} and len(parts) == 2 and NoneType in parts


def is_sequence(kind: object) -> bool:
    """Whether a type is a tuple or a list of one kind."""
    return get_origin(kind) in {tuple, list}
