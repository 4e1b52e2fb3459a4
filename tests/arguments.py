"""Arguments of all methods, drawn from their types, and how they must look on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Literal, cast, get_args, get_origin, is_typeddict
from zoneinfo import ZoneInfo

from attrs import evolve, frozen
from hypothesis import strategies as st
from shapes import finite, is_json, json_values, texts

from leadlex_async import catalog
from leadlex_async._http.record import OpenEnum

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from leadlex_async._http.wire import JSONValue

words = texts | st.text("aZ9 -_.~%&=+?#/äß漢", min_size=1, max_size=12)
zones = st.sampled_from([UTC, ZoneInfo("Europe/Zurich"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns")])
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001 - they get one

SCALARS: dict[object, SearchStrategy[object]] = {
    str: words,
    bool: st.booleans(),
    int: st.integers(1, 1000),
    float: finite | st.integers(0, 10**9),
    datetime: moments,
    date: st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    NoneType: st.none(),
}
NAMED: dict[str, SearchStrategy[object]] = {
    "url": words.map("https://example.com/{}".format),
    "id": words.filter(lambda text: text.strip() not in {"", ".", ".."}),
}


@cache
def values(kind: object) -> SearchStrategy[object]:
    """All that a parameter of this type may be."""
    if kind in SCALARS:
        return SCALARS[kind]
    if is_json(kind):
        return json_values.map(lambda value: value)
    if get_origin(kind) is None:
        return body(cast("type", kind)) if is_typeddict(kind) else st.sampled_from([*cast("type[OpenEnum]", kind)])
    return _several(get_origin(kind), get_args(kind))


def _several(origin: object, arguments: tuple[object, ...]) -> SearchStrategy[object]:
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is Sequence:
        items = st.lists(values(arguments[0]), min_size=1, max_size=3)
        return items | items.map(tuple)
    if origin is Mapping:
        return st.dictionaries(words, values(arguments[1]), max_size=2)
    return st.one_of(*(values(part) for part in arguments))


def body(kind: type) -> SearchStrategy[object]:
    """A TypedDict with some of its keys, one at least."""
    known = catalog.keys(kind)
    drawn = {name: NAMED.get(name, values(hint)) for name, (hint, _) in known.items()}
    needed = {name: drawn[name] for name, (_, required) in known.items() if required}
    return st.fixed_dictionaries(needed, optional={k: v for k, v in drawn.items() if k not in needed}).filter(bool)


@frozen
class Method:
    """One method of a resource, and the one operation it calls."""

    operation: catalog.Operation
    name: str

    def __str__(self) -> str:
        return f"{self.operation.resource}.{self.name}"

    @property
    def walks(self) -> bool:
        """Whether it asks for page after page."""
        return self.name.startswith("iter")

    @property
    def alone(self) -> catalog.Operation:
        """The operation as only this method calls it."""
        return evolve(self.operation, methods=[self.name])

    def arguments(self) -> SearchStrategy[dict[str, object]]:
        """Keyword arguments it takes."""
        known = self.alone.parameters.values()
        drawn = {each.name: NAMED["id"] if each.place == "path" else self._values(each) for each in known}
        needed = {each.name: drawn[each.name] for each in known if each.required}
        return st.fixed_dictionaries(needed, optional={k: v for k, v in drawn.items() if k not in needed})

    def _values(self, parameter: catalog.Parameter) -> SearchStrategy[object]:
        return NAMED["url"] if parameter.name == "url" else values(parameter.type)


METHODS = [Method(operation, name) for operation in catalog.operations() for name in operation.methods]


def wired(value: object) -> JSONValue:
    """A value as JSON: moments in UTC, days as days, sequences as lists."""
    if isinstance(value, datetime):
        moment = value.astimezone(UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}{f'.{moment.microsecond:06}' if moment.microsecond else ''}Z"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Mapping):
        return {key: wired(item) for key, item in cast("Mapping[str, object]", value).items()}
    if isinstance(value, (list, tuple)):
        return [wired(item) for item in cast("Sequence[object]", value)]
    return str(value) if isinstance(value, OpenEnum) else cast("JSONValue", value)


def queried(value: object) -> list[str]:
    """A value as what its name stands before in a query: a word, or several."""
    plain = wired(value)
    words = plain if isinstance(plain, list) else [plain]
    return [str(word).lower() if isinstance(word, bool) else str(word) for word in words if word is not None]
