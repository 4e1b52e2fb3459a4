"""Answer bytes become records: one strict, forgiving converter.

Strict: a value of the wrong JSON type is an error, never a guess ("false" is no bool, null is no text).
Forgiving: unknown keys are ignored, null means the field's default, enums are open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, TypeVar, cast, get_args, get_origin

import attrs
import orjson

from ..errors import DecodeError
from .record import ALSO, OpenEnum, Page

if TYPE_CHECKING:
    from cattrs.preconf.orjson import OrjsonConverter

    from .op import Op
    from .wire import JSONValue, Response

T = TypeVar("T")

Hook = Callable[["JSONValue", type[attrs.AttrsInstance]], attrs.AttrsInstance]


def decode(op: Op[T], response: Response) -> T:
    """Decode the payload of a successful answer, or raise ``DecodeError`` with the path of what is wrong."""
    if op.returns is NoneType:
        return cast("T", None)
    body = parse(response.body, op.label)
    payload = _page(body, op.envelope) if _is_page(op.returns) else _unwrap(body, op.envelope)
    return structure(payload, op.returns, operation=op.label)


def parse(body: bytes, operation: str = "") -> dict[str, JSONValue]:
    """Parse a JSON object that has a ``data`` key, as every success of this API does."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DecodeError(f"the answer is not JSON ({error.msg})", operation=operation) from None
    if not isinstance(value, dict) or "data" not in value:
        raise DecodeError("the answer has no `data`", operation=operation)
    return cast("dict[str, JSONValue]", value)


def any_json(response: Response, operation: str) -> JSONValue:
    """Whatever JSON an undocumented operation answers; None for an empty body."""
    try:
        return orjson.loads(response.body) if response.body else None
    except orjson.JSONDecodeError as error:
        raise DecodeError(f"the answer is not JSON ({error.msg})", operation=operation) from None


def rows(body: dict[str, JSONValue], envelope: str, operation: str = "") -> list[dict[str, JSONValue]]:
    """The list of objects under ``data.<envelope>``, undecoded."""
    items = _unwrap(body, envelope)
    if not isinstance(items, list):
        raise DecodeError("a list is promised here", path=f"$.data.{envelope}", operation=operation)
    return [item for item in items if isinstance(item, dict)]


def structure(value: JSONValue, kind: type[T], *, path: str = "$.data", operation: str = "") -> T:
    """Turn parsed JSON into ``kind``."""
    try:
        return _converter(detailed=False).structure(value, kind)
    except Exception:  # noqa: BLE001 - whatever went wrong, the slower converter below says where
        raise _explain(value, kind, path, operation) from None


def _explain(value: JSONValue, kind: type[T], path: str, operation: str) -> DecodeError:
    """Decode again, this time keeping track of where: the reason without the payload."""
    from cattrs import transform_error  # noqa: PLC0415 - cattrs is imported when first needed

    try:
        _converter(detailed=True).structure(value, kind)
    except Exception as error:  # noqa: BLE001 - cattrs raises groups of anything its hooks raise
        reason, _, where = transform_error(error, path=path)[0].partition(" @ ")
        return DecodeError(f"{reason} at {where or path}", path=where or path, operation=operation)
    return DecodeError("the answer does not have the documented shape", path=path, operation=operation)


def _is_page(kind: object) -> bool:
    return get_origin(kind) is Page


def _unwrap(body: dict[str, JSONValue], envelope: str) -> JSONValue:
    """The payload, whether it lies in ``data`` or in ``data.<envelope>``: the API's pages disagree."""
    data = body["data"]
    if envelope and isinstance(data, dict) and envelope in data:
        return data[envelope]
    return data


def _page(body: dict[str, JSONValue], envelope: str) -> JSONValue:
    meta = body.get("meta")
    return {"items": _unwrap(body, envelope), **(meta if isinstance(meta, dict) else {})}


@cache
def _converter(*, detailed: bool) -> OrjsonConverter:
    # Imported here: cattrs takes a third of the time aiohttp takes to import, and a program that only builds a client
    # should not wait for it.
    from cattrs.preconf.orjson import make_converter  # noqa: PLC0415

    converter = make_converter(detailed_validation=detailed)
    # By identity: a hook registered for `str` itself would take every string enum, too.
    converter.register_structure_hook_func(_STRICT.__contains__, _strict)
    converter.register_structure_hook_func(_is_open_enum, _word)
    converter.register_structure_hook_func(_is_json, _as_is)
    converter.register_structure_hook_func(_is_json_object, _object)

    def record(kind: type[attrs.AttrsInstance]) -> Hook:
        return _record_hook(converter, kind, detailed=detailed)

    converter.register_structure_hook_factory(attrs.has, record)
    return converter


def _record_hook(converter: OrjsonConverter, kind: type[attrs.AttrsInstance], *, detailed: bool) -> Hook:
    from cattrs.gen import make_dict_structure_fn  # noqa: PLC0415 - as above

    origin: type[attrs.AttrsInstance] = get_origin(kind) or kind
    fields = attrs.fields(attrs.resolve_types(origin))
    others = [(other, field.name) for field in fields for other in field.metadata.get(ALSO, ())]
    inner = make_dict_structure_fn(kind, converter, _cattrs_detailed_validation=detailed)

    def hook(value: JSONValue, wanted: type[attrs.AttrsInstance]) -> attrs.AttrsInstance:
        known = {key: item for key, item in _object(value, dict).items() if item is not None}
        for other, name in others:
            if other in known:
                known.setdefault(name, known[other])
        return inner(known, wanted)

    return hook


def _is_json(kind: object) -> bool:
    """Whether a type is ``JSONValue``: the only union with an object and a list in it."""
    return {dict, list} <= {get_origin(part) for part in get_args(kind)}


def _is_json_object(kind: object) -> bool:
    return get_origin(kind) in {Mapping, dict}


def _is_open_enum(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, OpenEnum)


def _strict(value: JSONValue, kind: type) -> object:
    return _STRICT[kind](value)


def _word(value: JSONValue, kind: type[OpenEnum]) -> OpenEnum:
    return kind(_text(value))


def _as_is(value: JSONValue, _: object) -> JSONValue:
    return value


def _object(value: JSONValue, _: object) -> dict[str, JSONValue]:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return value


def _text(value: JSONValue) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _flag(value: JSONValue) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _integer(value: JSONValue) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a whole number")
    return value


def _number(value: JSONValue) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError("expected a number")
    return float(value)


def _moment(value: JSONValue) -> datetime:
    if not isinstance(value, str):
        raise TypeError("expected an ISO 8601 timestamp")
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_STRICT: dict[object, Callable[[JSONValue], object]] = {
    str: _text,
    bool: _flag,
    int: _integer,
    float: _number,
    datetime: _moment,
}
