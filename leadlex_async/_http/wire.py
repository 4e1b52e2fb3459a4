"""Requests and responses as plain records, and how a call becomes a request: no I/O here."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeAlias, cast
from urllib.parse import quote, urlencode
from uuid import UUID

import orjson
from attrs import define, field

from ..errors import ValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

JSONValue: TypeAlias = "dict[str, JSONValue] | list[JSONValue] | str | int | float | bool | None"
When: TypeAlias = datetime | date | str
"""A moment (with a time zone) or a day; text is sent as it is and must be ISO 8601."""

_PLAIN = re.compile(r"[A-Za-z0-9_~-]+")


class Secret(str):
    """Text whose repr is hidden, so that no log line and no traceback with locals shows it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


@define(eq=False)
class Request:
    """One HTTP request, ready to send; ``timeout`` is in seconds."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None = None
    timeout: float = 30.0


@define(eq=False)
class Response:
    """One whole HTTP response; ``headers`` ignore the case of their names."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    """Not shown: a server may echo the key it was sent."""


def plain(value: object) -> object:
    """An id as text: many keep theirs as ``uuid.UUID``."""
    return str(value) if isinstance(value, UUID) else value


def segment(name: str, value: object) -> str:
    """Percent-encode one path argument as a single segment, or refuse it with ``ValidationError``."""
    value = plain(value)
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    if not isinstance(value, str) or not value.strip() or value in {".", ".."}:
        raise ValidationError(f"{name} must be a non-empty id, not {value!r}")
    return _quoted(value, safe="")


def literal(path: str) -> str:
    """Percent-encode what may not stand in a path; what is encoded already stays as it is."""
    return _quoted(path, safe="/%:@!$&'()*+,;=~")


def _quoted(text: str, *, safe: str) -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise ValidationError(f"{text!r} is not text that can be sent") from None


def expand(template: str, arguments: Mapping[str, object]) -> str:
    """Fill the ``{name}`` places of a path template."""
    if not arguments:
        return template
    return template.format_map({name: segment(name, value) for name, value in arguments.items()})


def timestamp(value: date) -> str:
    """ISO 8601, in UTC; a naive datetime is refused, since nobody can say which hour it means."""
    if not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise ValidationError(f"{value.isoformat()} has no time zone; use datetime(..., tzinfo=UTC)")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def encode_query(query: Mapping[str, object]) -> str:
    """Encode query parameters: None is left out, a list repeats its name, times become UTC."""
    try:
        return urlencode(list(_pairs(query)))
    except UnicodeEncodeError:
        raise ValidationError("the query holds text that cannot be sent") from None


def _pairs(query: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        if isinstance(value, (list, tuple)):
            yield from ((name, _scalar(name, item)) for item in cast("Sequence[object]", value))
        elif value is not None:
            yield name, _scalar(name, value)


def _scalar(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return timestamp(value)
    if isinstance(value, (str, int, float, UUID)):
        return str(value)
    raise ValidationError(f"{name} cannot be a {type(value).__name__} in a query")


def encode_json(body: object) -> bytes:
    """Encode a request body; ``ValidationError`` names what JSON cannot hold."""
    _require_finite(body)
    try:
        return orjson.dumps(body, default=_encode_default, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except orjson.JSONEncodeError as error:
        # orjson wraps what the function below raises, which is the better reason.
        raise ValidationError(f"the request body cannot be written as JSON: {error.__cause__ or error}") from None


def _require_finite(value: object) -> None:
    """What is no number is written as null by orjson, which would clear the field."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValidationError(f"the request body cannot be written as JSON: {value} is no number of JSON")
    elif isinstance(value, Mapping):
        for item in cast("Mapping[object, object]", value).values():
            _require_finite(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in cast("Iterable[object]", value):
            _require_finite(item)


def _encode_default(value: object) -> object:
    if isinstance(value, date):
        try:
            return timestamp(value)
        except ValidationError as error:
            raise TypeError(error.message) from None
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if isinstance(value, (set, frozenset)):
        return sorted(cast("set[str]", value))
    raise TypeError(f"{type(value).__name__} is not a JSON type")
