"""``key=value`` on the command line becomes the arguments of a method."""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from .faults import faults
from .shapes import item_of, nearest, read_json, shape_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._http.wire import JSONValue
    from ..catalog import Parameter

SHOWN = 60
ENCODED = "_base64"
"""A parameter of such a name takes the bytes of a file."""


def arguments_of(method: str, assignments: Sequence[str], known: Mapping[str, Parameter]) -> dict[str, object]:
    """The typed arguments; what is unknown, mistyped or missing is a usage error, and nothing is sent."""
    given: dict[str, list[str]] = {}
    for each in assignments:
        name, text = _split(each, known)
        if name.removesuffix(":") not in known:
            near = nearest(name, known) or f"; it has: {', '.join(known) or 'none'}"
            raise click.UsageError(f"{method} has no parameter {name!r}{near}")
        given.setdefault(name, []).append(text)
    twice = [name for name in given if name.endswith(":") and name.removesuffix(":") in given]
    found = {name.removesuffix(":"): _value(name, texts, known) for name, texts in given.items()}
    if twice:
        raise click.UsageError(f"{twice[0].removesuffix(':')} is given with = and with :=")
    if missing := [name for name, each in known.items() if each.required and name not in found]:
        raise click.UsageError(
            f"{method} needs {', '.join(missing)}: add {' '.join(f'{name}=VALUE' for name in missing)}"
        )
    return found


def _split(assignment: str, known: Mapping[str, Parameter]) -> tuple[str, str]:
    parts = re.fullmatch(r"([A-Za-z_]\w*:?)=(.*)", assignment, re.DOTALL)
    if parts is None:
        first = next((name for name, each in known.items() if each.required), "KEY")
        raise click.UsageError(f"{assignment[:SHOWN]!r} is no KEY=VALUE: write {first}=VALUE")
    return parts[1], parts[2]


def _value(name: str, texts: list[str], known: Mapping[str, Parameter]) -> object:
    plain = name.removesuffix(":")
    kind = known[plain].type
    if len(texts) > 1 and (plain != name or item_of(kind) is None):
        raise click.UsageError(f"{plain} is given {len(texts)} times, and is no list")
    if plain != name:
        return _checked(plain, kind, _json(plain, texts[0]))
    if item_of(kind) is None:
        return _single(plain, kind, texts[0])
    return [item for text in texts for item in _items(plain, kind, text)]


def _single(name: str, kind: object, text: str) -> object:
    shape = shape_of(kind)
    text = _content(name, text)
    return _read(name, kind, text if shape.is_text else text.strip())


def _items(name: str, kind: object, text: str) -> list[object]:
    """The items of one value: what is between commas, the lines of a file, or JSON: a list, or one of its objects."""
    item, content = item_of(kind), _content(name, text).strip()
    objects = shape_of(item).is_object
    if content.startswith("[") and (objects or text.startswith("@")):
        return cast("list[object]", _checked(name, kind, _json(name, content)))
    if objects:
        return [_read(name, item, content)]
    parts = content.splitlines() if text.startswith("@") else content.split(",")
    return [_read(name, item, part.strip()) for part in parts if part.strip()]


def _read(name: str, kind: object, text: str) -> object:
    shape = shape_of(kind)
    try:
        value = shape.read(text)
    except ValueError as error:
        near = nearest(text, shape.words)
        raise click.UsageError(f"{name} must be {error}, not {text[:SHOWN]!r}{near}") from None
    return _checked(name, kind, cast("JSONValue", value)) if shape.is_object else value


def _json(name: str, text: str) -> JSONValue:
    try:
        return read_json(text)
    except ValueError as error:
        raise click.UsageError(f"{name} is no JSON: {error}") from None


def _checked(name: str, kind: object, value: JSONValue) -> JSONValue:
    for fault in faults(kind, value, name):
        raise click.UsageError(fault)
    return value


def _content(name: str, text: str) -> str:
    """The value itself, or with ``@`` what a file or stdin holds."""
    if not text.startswith("@"):
        return text
    source = text[1:]
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such file"
        begins = f"a text that begins with @ is written {name}:={json.dumps(json.dumps(text))}"
        raise click.UsageError(f"{name}: {source} cannot be read: {reason}; {begins}") from None
    if name.endswith(ENCODED):
        return base64.b64encode(raw).decode()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.UsageError(f"{name}: {source} is not UTF-8 text") from None
