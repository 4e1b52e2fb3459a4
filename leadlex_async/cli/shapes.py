"""What a parameter takes, by its annotation: in words, as text on the command line, and as JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Literal, Union, cast, get_args, get_origin, is_typeddict

from attrs import frozen

from ..catalog import keys, present

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._http.wire import JSONValue


@frozen
class Shape:
    """How the text of one value is read; ``read`` raises ``ValueError`` with what the value must be."""

    name: str
    read: Callable[[str], object]
    words: Sequence[str] = ()
    is_text: bool = False
    """Whether any text will do, of several lines too."""
    is_object: bool = False
    """Whether the text is JSON, which is to be checked."""


def shape_of(kind: object) -> Shape:
    """The shape of a value; of a list, that of its items."""
    kind = present(kind)
    kinds = parts(kind)
    if item := item_of(kind):
        return shape_of(item)
    if words := [word for each in kinds if get_origin(each) is Literal for word in get_args(each)]:
        return Shape(listed(words), lambda text: _word(text, words), [_spelt(word) for word in words])
    if date in kinds:
        return Shape("a date or time", _moment)
    if is_object(kinds[0]):
        return Shape(_object_name(kinds[0]), _json_object, is_object=True)
    return SCALARS[str if str in kinds else kinds[0]]


def item_of(kind: object) -> object:
    """What a list holds; None for what is no list."""
    found = [get_args(each)[0] for each in parts(present(kind)) if get_origin(each) is Sequence]
    return found[0] if found else None


def nearest(word: str, known: Iterable[str]) -> str:
    """A question for the word that was probably meant; nothing where none is near."""
    found = get_close_matches(word, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""


def parts(kind: object) -> tuple[object, ...]:
    """The alternatives of a union, or the one type."""
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def is_object(kind: object) -> bool:
    """Whether a type is an object in JSON."""
    return get_origin(kind) is Mapping or is_typeddict(kind)


def _object_name(kind: object) -> str:
    if not is_typeddict(kind):
        return "a JSON object"
    known = keys(cast("type", kind))
    return (
        f"a JSON object of {', '.join(f'{name} (required)' if needed else name for name, (_, needed) in known.items())}"
    )


def _spelt(word: object) -> str:
    return str(word).lower() if isinstance(word, bool) else str(word)


def listed(words: Sequence[object]) -> str:
    """Words to choose from."""
    return " | ".join(map(_spelt, words))


def _word(text: str, words: Sequence[object]) -> object:
    known = {_spelt(word): word for word in words}
    if text not in known:
        raise ValueError(listed(words))
    return known[text]


def _flag(text: str) -> bool:
    known = {"true": True, "false": False}
    if text.lower() not in known:
        raise ValueError("true or false")
    return known[text.lower()]


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        raise ValueError("a whole number")
    return int(text)


def _number(text: str) -> float:
    value = float(text) if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", text) else math.inf
    if not math.isfinite(value):
        raise ValueError("a number")
    return value


def _moment(text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("a date like 2026-01-31 or a time like 2026-01-31T09:00:00Z") from None
    if len(text) > len("2026-01-31") and found.tzinfo is None:
        raise ValueError("a time with its zone, like 2026-01-31T09:00:00Z or 2026-01-31T09:00:00+01:00")
    return text


def read_json(text: str) -> JSONValue:
    """The value of a JSON text; ``ValueError`` for any other text."""
    try:
        value: JSONValue = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError(str(error)) from None
    return value


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _json_object(text: str) -> JSONValue:
    try:
        return read_json(text)
    except ValueError as error:
        raise ValueError(f"a JSON object ({error})") from None


SCALARS: dict[object, Shape] = {
    str: Shape("text", str, is_text=True),
    bool: Shape("true | false", _flag, ("true", "false")),
    int: Shape("a whole number", _whole),
    float: Shape("a number", _number),
}
