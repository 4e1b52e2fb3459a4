"""Answer bytes become records: one strict, forgiving converter.

Strict: a value of the wrong JSON type is an error, never a guess ("false" is no bool, null is no text).
Forgiving: unknown keys are ignored, null means the field's default, enums are open.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, cast, get_args, get_origin

import attrs
import orjson

from ..errors import DecodeError
from .places import as_sent, is_optional, is_sequence
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
    payload, path = _unwrap(body, op.envelope)
    if op.paged:
        rows_of = cast("type[list[object]]", list.__class_getitem__(get_args(op.returns)))
        items = structure(payload, rows_of, path=path, operation=op.label)
        return cast("T", _page(items, _standing(body)))
    return structure(payload, op.returns, path=path, operation=op.label)


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
    items, path = _unwrap(body, envelope)
    if not isinstance(items, list):
        raise DecodeError(f"a list is promised at {path}", path=path, operation=operation)
    return [item for item in items if isinstance(item, dict)]


def structure(value: JSONValue, kind: type[T], *, path: str = "$.data", operation: str = "") -> T:
    """Turn parsed JSON into ``kind``."""
    try:
        return cast("T", _hook(cast("Hashable", kind))(value, kind))
    except Exception:  # noqa: BLE001 - whatever went wrong, the slower converter below says where
        raise _explain(value, kind, path, operation) from None


def _explain(value: JSONValue, kind: type[T], path: str, operation: str) -> DecodeError:
    """Decode again, this time keeping track of where: the reason without the payload."""
    from cattrs import transform_error  # noqa: PLC0415 - cattrs is imported when first needed

    try:
        _converter(detailed=True).structure(value, kind)
    except Exception as error:  # noqa: BLE001 - cattrs raises groups of anything its hooks raise
        reason, _, where = transform_error(error, path=path)[0].partition(" @ ")
        where = path + as_sent(where.removeprefix(path), value, kind)
        return DecodeError(f"{reason} at {where}", path=where, operation=operation)
    return DecodeError("the answer does not have the documented shape", path=path, operation=operation)


def _unwrap(body: dict[str, JSONValue], envelope: str) -> tuple[JSONValue, str]:
    """The payload and its path, whether it lies in ``data`` or in ``data.<envelope>``: the API's pages disagree."""
    data = body["data"]
    if envelope and isinstance(data, dict) and envelope in data:
        return data[envelope], f"$.data.{envelope}"
    return data, "$.data"


def _standing(body: dict[str, JSONValue]) -> JSONValue:
    """Where a page stands: in ``meta``, or in ``data.pagination`` where the page was asked for in the body."""
    data = body["data"]
    return data["pagination"] if isinstance(data, dict) and "pagination" in data else body.get("meta")


def _page(items: list[T], meta: JSONValue) -> Page[T]:
    known = meta if isinstance(meta, dict) else {}
    page, per_page, total = (known.get(name) for name in ("page", "per_page", "total"))
    return Page(
        items,
        page if _is_whole(page) else 1,
        per_page if _is_whole(per_page) else len(items),
        total if _is_whole(total) else None,
    )


def _is_whole(value: JSONValue) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


@cache
def _hook(kind: Hashable) -> Callable[[JSONValue, type], object]:
    return _converter(detailed=False).get_structure_hook(cast("type", kind))


@cache
def _converter(*, detailed: bool) -> OrjsonConverter:
    # Imported here: cattrs takes a third of the time aiohttp takes to import, and a program that only builds a client
    # should not wait for it.
    from cattrs.cols import homogenous_tuple_structure_factory, list_structure_factory  # noqa: PLC0415
    from cattrs.preconf.orjson import make_converter  # noqa: PLC0415

    converter = make_converter(detailed_validation=detailed)
    for kind, hook in _STRICT.items():
        converter.register_structure_hook(kind, hook)
    converter.register_structure_hook_func(_is_json, _as_is)
    converter.register_structure_hook_func(_is_object, _object)

    def record(kind: type[attrs.AttrsInstance]) -> Hook:
        return _record_hook(converter, kind, detailed=detailed)

    def sequence(kind: type[tuple[T, ...] | list[T]]) -> Callable[[JSONValue, object], object]:
        make = homogenous_tuple_structure_factory if get_origin(kind) is tuple else list_structure_factory
        return partial(_sequence, make(kind, converter))

    def optional(kind: object) -> Callable[[JSONValue, object], object]:
        (present,) = {*get_args(kind)} - {NoneType}
        hook = converter.get_structure_hook(present)
        return lambda value, _: None if value is None else hook(value, present)

    def mapping(kind: object) -> Callable[[JSONValue, object], object]:
        (_, inner) = get_args(kind)
        if _is_json(inner):
            return _object
        hook = converter.get_structure_hook(inner)
        # What is null under a free key is as good as not there.
        return lambda value, _: {
            key: hook(item, inner) for key, item in _object(value, dict).items() if item is not None
        }

    converter.register_structure_hook_factory(attrs.has, record)
    converter.register_structure_hook_factory(_is_mapping, mapping)
    converter.register_structure_hook_factory(is_optional, optional)
    converter.register_structure_hook_factory(is_sequence, sequence)
    return converter


def _record_hook(converter: OrjsonConverter, kind: type[attrs.AttrsInstance], *, detailed: bool) -> Hook:
    from cattrs.gen import make_dict_structure_fn  # noqa: PLC0415 - as above

    origin: type[attrs.AttrsInstance] = get_origin(kind) or kind
    fields = attrs.fields(attrs.resolve_types(origin))
    others = [(other, field.name) for field in fields for other in field.metadata.get(ALSO, ())]
    # Null means the default; where the type allows None, None is that default already.
    never_null = [field.name for field in fields if field.default is not attrs.NOTHING and not is_optional(field.type)]
    inner = make_dict_structure_fn(kind, converter, _cattrs_detailed_validation=detailed)

    def hook(value: JSONValue, wanted: type[attrs.AttrsInstance]) -> attrs.AttrsInstance:
        known: dict[str, JSONValue] = _object(value, dict)
        for name in never_null:
            if name in known and known[name] is None:
                known = {key: item for key, item in known.items() if key != name}
        for other, name in others:
            if other in known and known.get(name) is None:
                known = {**known, name: known[other]}
        return inner(known, wanted)

    return hook


def _is_json(kind: object) -> bool:
    """Whether a type is ``JSONValue``: the only union with an object and a list in it."""
    return {dict, list} <= {get_origin(part) for part in get_args(kind)}


def _is_object(kind: object) -> bool:
    """Whether a type is just any object, whatever it holds."""
    return kind is Mapping or kind is dict


def _is_mapping(kind: object) -> bool:
    return get_origin(kind) in {Mapping, dict}


def _sequence(inner: Callable[[JSONValue, object], object], value: JSONValue, kind: object) -> object:
    """Whatever can be iterated is not a list: text, above all."""
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return inner(value, kind)


def _as_is(value: JSONValue, _: object) -> JSONValue:
    return value


def _object(value: JSONValue, _: object) -> dict[str, JSONValue]:
    if not isinstance(value, dict):
        raise TypeError("expected an object")
    return value


def _text(value: JSONValue, _: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _word(value: JSONValue, kind: Callable[[str], OpenEnum]) -> OpenEnum:
    return kind(_text(value, str))


def _flag(value: JSONValue, _: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _integer(value: JSONValue, _: object) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a whole number")
    return value


def _number(value: JSONValue, _: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError("expected a number")
    return float(value)


def _moment(value: JSONValue, _: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError("expected an ISO 8601 timestamp")
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_STRICT: dict[type, Callable[[JSONValue, Any], object]] = {
    str: _text,
    bool: _flag,
    int: _integer,
    float: _number,
    datetime: _moment,
    OpenEnum: _word,
}
