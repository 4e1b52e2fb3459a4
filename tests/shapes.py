"""Documented answers, drawn from the types of the records: JSON, what it must become, where it can be broken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args, get_origin, get_type_hints

import attrs
from attrs import frozen
from hypothesis import strategies as st

from leadlex_async import Page
from leadlex_async._http.record import ALSO, OpenEnum
from leadlex_async._http.wire import JSONValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DrawFn, SearchStrategy

    from leadlex_async._http.op import Op

Holder: TypeAlias = "dict[str, JSONValue] | list[JSONValue]"

CANARY = "§ Ann Lee, 4 Mill Lane"
LARGEST = 2**53

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
NOVEL: list[JSONValue] = [None, True, 7, "new", [1], {"a": {}}]
extras = st.dictionaries(texts.map("x_{}".format), st.sampled_from(NOVEL), max_size=1)
whole = st.integers(-LARGEST, LARGEST)
finite = st.floats(allow_nan=False, allow_infinity=False)
json_values: SearchStrategy[JSONValue] = st.recursive(
    st.none() | st.booleans() | whole | finite | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=3,
)


@frozen
class Shape:
    """A value as JSON, and as it must be read."""

    json: JSONValue
    value: object


NOTHING = Shape(None, None)
"""Null under a free key, which is as good as no such key."""


def same(value: JSONValue) -> Shape:
    """What is read as it is written."""
    return Shape(value, value)


@st.composite
def moments(draw: DrawFn) -> Shape:
    """A timestamp: in UTC, with another offset or with none, and with fractions of any length."""
    day = draw(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - the zone follows
    digits = draw(st.sampled_from([0, 0, 1, 3, 6, 9]))
    fraction = f"{day.microsecond:06}000"[:digits]
    minutes = draw(st.integers(-14 * 60, 14 * 60))
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    zone, kind = draw(st.sampled_from([("Z", UTC), ("", UTC), (offset, timezone(timedelta(minutes=minutes)))]))
    text = f"{day:%Y-%m-%dT%H:%M:%S}{'.' if digits else ''}{fraction}{zone}"
    return Shape(text, day.replace(microsecond=int(fraction[:6].ljust(6, "0")), tzinfo=kind))


SCALARS: dict[object, SearchStrategy[Shape]] = {
    str: texts.map(same),
    bool: st.booleans().map(same),
    int: whole.map(same) | whole.map(lambda number: Shape(float(number), number)),
    float: (finite | whole).map(lambda number: Shape(number, float(number))),
    datetime: moments(),
}


def is_json(kind: object) -> bool:
    """Whether any JSON may stand there."""
    return {dict, list} <= {get_origin(part) for part in get_args(kind)}


def present(kind: object) -> object:
    """A type without its None."""
    parts = [part for part in get_args(kind) if part is not NoneType]
    return parts[0] if NoneType in get_args(kind) and len(parts) == 1 else kind


@cache
def shapes(kind: object) -> SearchStrategy[Shape]:
    """All that may stand where this type is documented; null is the business of whoever asks."""
    kind = present(kind)
    if kind in SCALARS:
        return SCALARS[kind]
    if is_json(kind):
        return json_values.map(same)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {tuple, list}:
        return st.lists(shapes(arguments[0]), max_size=2).map(
            lambda items: Shape([item.json for item in items], cast("type", origin)(item.value for item in items))
        )
    if origin is Mapping:
        inner = shapes(arguments[1]) if is_json(arguments[1]) else shapes(arguments[1]) | st.just(NOTHING)
        return st.dictionaries(texts, inner, max_size=2).map(
            lambda items: Shape(
                {key: item.json for key, item in items.items()},
                {key: item.value for key, item in items.items() if item is not NOTHING},
            )
        )
    if issubclass(cast("type", kind), OpenEnum):
        enum = cast("type[OpenEnum]", kind)
        return (st.sampled_from([*enum]).map(str) | texts).map(lambda word: Shape(str(word), enum(word)))
    return records(cast("type[attrs.AttrsInstance]", kind))


@cache
def fields_of(kind: type[attrs.AttrsInstance]) -> list[tuple[str, tuple[str, ...], object, bool]]:
    """The fields of a record: their names, their own and others, their types, and whether they must be there."""
    hints = get_type_hints(kind)
    return [
        (each.name, (each.name, *each.metadata.get(ALSO, ())), hints[each.name], each.default is attrs.NOTHING)
        for each in attrs.fields(kind)
    ]


Manner = Literal["given", "null", "left out"]
MANNERS: SearchStrategy[Manner] = st.sampled_from(["given", "given", "null", "left out"])


@st.composite
def records(draw: DrawFn, kind: type[attrs.AttrsInstance]) -> Shape:
    """A record: each field by one of its names, null or missing where it may be, and a key nobody documented."""
    answer: dict[str, JSONValue] = draw(extras)
    given: dict[str, object] = {}
    for own, names, hint, required in fields_of(kind):
        manner = "given" if required else draw(MANNERS)
        name = draw(st.sampled_from(names)) if len(names) > 1 else own
        if manner == "null":
            answer[name] = None
        elif manner == "given":
            if name != own and draw(st.booleans()):
                answer[own] = None
            shape = draw(shapes(hint))
            answer[name], given[own] = shape.json, shape.value
    return Shape(answer, kind(**given))


@frozen
class Place:
    """A place in an answer; ``required`` tells that it may not be null."""

    holder: Holder
    key: str | int
    path: str
    kind: object
    required: bool = True
    named: str = ""
    """The path by its own name, of a field that may not be missing."""

    @property
    def value(self) -> JSONValue:
        """What stands there."""
        return cast("dict[str | int, JSONValue]", self.holder)[self.key]

    def put(self, value: JSONValue) -> None:
        """Put another value there."""
        cast("dict[str | int, JSONValue]", self.holder)[self.key] = value

    def drop(self) -> None:
        """Take away what stands there."""
        del cast("dict[str | int, JSONValue]", self.holder)[self.key]


@frozen
class Answer:
    """A whole answer, what it must become, and where its payload lies."""

    body: dict[str, JSONValue]
    value: object
    place: Place


@st.composite
def answers(draw: DrawFn, op: Op[object]) -> Answer:
    """An answer to an operation, wrapped or bare, with whatever stands beside the payload."""
    paged = get_origin(op.returns) is Page
    kind = cast("object", list.__class_getitem__(get_args(op.returns))) if paged else op.returns
    shape = draw(shapes(kind))
    body: dict[str, JSONValue] = draw(extras) | {"data": shape.json}
    wrapped: dict[str, JSONValue] = draw(extras)
    place = Place(body, "data", "$.data", kind)
    if op.envelope and draw(st.booleans()):
        body["data"] = wrapped
        wrapped[op.envelope] = shape.json
        place = Place(wrapped, op.envelope, f"$.data.{op.envelope}", kind)
    if not paged:
        return Answer(body, shape.value, place)
    items = cast("list[object]", shape.value)
    standing = draw(
        st.fixed_dictionaries({}, optional=dict.fromkeys(("page", "per_page", "total"), st.integers(0, 99)))
    )
    if standing:
        holder, key = (wrapped, "pagination") if draw(st.booleans()) and body["data"] is wrapped else (body, "meta")
        holder[key] = {**draw(extras), **standing}
    value = Page(items, standing.get("page", 1), standing.get("per_page", len(items)), standing.get("total"))
    return Answer(body, value, place)


def places(place: Place) -> Iterator[Place]:
    """A place and all known places inside of it that hold something."""
    kind, value = present(place.kind), place.value
    if is_json(kind):
        return
    yield place
    if isinstance(value, list):
        for at in range(len(value)):
            yield from places(Place(value, at, f"{place.path}[{at}]", get_args(kind)[0]))
    elif isinstance(value, dict) and attrs.has(cast("type", kind)):
        for own, names, hint, required in fields_of(cast("type[attrs.AttrsInstance]", kind)):
            for name in (name for name in names if value.get(name) is not None):
                named = f"{place.path}.{own}" if required else ""
                yield from places(Place(value, name, f"{place.path}.{name}", hint, required, named))
    elif isinstance(value, dict):
        # A free key is the workspace's own data, so the path ends at the map.
        for name in (name for name, item in value.items() if item is not None):
            yield from places(Place(value, name, place.path, get_args(kind)[1], required=False))


WRONG: dict[object, list[JSONValue]] = {
    str: [7316529, True, [CANARY], {CANARY: 1}],
    bool: [0, 1, "true", CANARY, [], {}],
    int: ["7316529", CANARY, True, 7316529.5, [1], {}],
    float: ["7316529.5", CANARY, False, [0.5], {}],
    datetime: [CANARY, "2026-13-01T00:00:00Z", "", 7316529, True, ["2026-01-01T00:00:00Z"], {}],
}


def wrong(kind: object) -> list[JSONValue]:
    """Values of another JSON type than the documented one."""
    kind = present(kind)
    if kind in WRONG:
        return WRONG[kind]
    if get_origin(kind) in {tuple, list}:
        return [CANARY, "", 7316529, True, {CANARY: 1}, {}]
    if get_origin(kind) is None and issubclass(cast("type", kind), OpenEnum):
        return WRONG[str]
    return [CANARY, "", 7316529, False, [CANARY], []]


def exact(value: object) -> object:
    """The value with the type of each of its parts, so that 1, 1.0 and true are told apart."""
    if attrs.has(type(value)):
        names = [each.name for each in attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))]
        return type(value), {name: exact(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return dict, {key: exact(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return type(cast("object", value)), [exact(item) for item in cast("list[object]", value)]
    return type(value), value


def leaves(value: JSONValue) -> Iterator[str]:
    """All texts of a body."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from leaves(item)
