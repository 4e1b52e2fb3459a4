"""What is wrong with JSON that is given for a parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from types import NoneType
from typing import TYPE_CHECKING, Literal, cast, get_args, get_origin, is_typeddict

from .._http.record import OpenEnum
from ..catalog import keys
from .shapes import SCALARS, is_object, listed, nearest, parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._http.wire import JSONValue


def faults(kind: object, value: JSONValue, path: str) -> Iterator[str]:
    """What is wrong with a JSON value for this type: where, and what it must be."""
    wrong = [[*_faults(each, value, path)] for each in parts(kind)]
    if all(wrong):
        yield min(wrong, key=len)[0]


def _faults(kind: object, value: JSONValue, path: str) -> Iterator[str]:
    """The same for one alternative of a union."""
    origin = get_origin(kind)
    if kind is object or origin in {dict, list}:  # any JSON
        return
    if origin is Literal:
        if not any(value == word and type(value) is type(word) for word in get_args(kind)):
            yield f"{path} must be {listed(get_args(kind))}"
    elif origin is Sequence:
        yield from _in_list(get_args(kind)[0], value, path)
    elif is_object(kind):
        yield from _in_object(kind, value, path)
    elif not _fits(kind, value):
        yield f"{path} must be {_NAMES.get(kind, 'text')}"


_NAMES: dict[object, str] = {NoneType: "null", **{kind: shape.name for kind, shape in SCALARS.items()}}


def _fits(kind: object, value: JSONValue) -> bool:
    if kind is int or kind is float:
        number = isinstance(value, int if kind is int else (int, float)) and not isinstance(value, bool)
        return number and not (isinstance(value, float) and not math.isfinite(value))
    if kind is bool or kind is NoneType:
        return isinstance(value, kind)
    # A moment is text in JSON, and an enum is open.
    return isinstance(value, str) and (kind is str or issubclass(cast("type", kind), (date, OpenEnum)))


def _in_list(item: object, value: JSONValue, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path} must be a list"
        return
    for at, each in enumerate(value):
        yield from faults(item, each, f"{path}[{at}]")


def _in_object(kind: object, value: JSONValue, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} must be a JSON object"
    elif not is_typeddict(kind):
        for name, item in value.items():
            yield from faults(get_args(kind)[1], item, f"{path}.{name}")
    else:
        known = keys(cast("type", kind))
        yield from (f"{path} has no {name!r}{nearest(name, known)}" for name in value if name not in known)
        yield from (f"{path} needs {name}" for name, (_, needed) in known.items() if needed and name not in value)
        for name in value.keys() & known.keys():
            yield from faults(known[name][0], value[name], f"{path}.{name}")
