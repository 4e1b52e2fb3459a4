"""Records of a workspace: JSON objects on shelves, and how lists choose among them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, TypeAlias

from .answers import invalid, missing
from .clock import DAY, epoch, iso

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from .._http.wire import JSONValue
    from .call import Call

Record: TypeAlias = dict[str, "JSONValue"]

_OLDEST = 5 * 365 * DAY


def new_id(prefix: str = "") -> str:
    """A fresh id: a UUID, or a prefix and 12 hex digits."""
    fresh = uuid.uuid4()
    return f"{prefix}_{fresh.hex[:12]}" if prefix else str(fresh)


class Shelf:
    """The records of one kind by id, in the order they came.

    ``what`` names the kind in refusals, ``code`` is that of an unknown id, ``blank`` is what a new record holds at
    first, ``dates`` are the names of its two timestamps.
    """

    def __init__(
        self,
        what: str,
        *,
        code: str = "not_found",
        prefix: str = "",
        blank: Mapping[str, JSONValue] | None = None,
        dates: tuple[str, str] = ("created_date", "updated_date"),
    ) -> None:
        self._what = what
        self._code = code
        self._prefix = prefix
        self._blank = dict(blank or {})
        self._created, self._updated = dates
        self.rows: dict[str, Record] = {}

    def __iter__(self) -> Iterator[Record]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, id: object) -> bool:
        return id in self.rows

    def add(self, now: float, fields: Mapping[str, JSONValue]) -> Record:
        """A new record; the date wished for in ``created_date`` counts if it is in range."""
        dates: Record = {self._created: iso(created(fields, now)), self._updated: None}
        given = {name: value for name, value in fields.items() if name != "created_date"}
        row: Record = {"id": new_id(self._prefix), **_copied(self._blank), **given, **dates}
        self.rows[str(row["id"])] = row
        return row

    def named(self, id: str | None, code: str | None = None) -> Record:
        """The record of an id, or a refusal."""
        row = self.rows.get(id or "")
        if row is None:
            raise missing(self._what, code or self._code)
        return row

    def change(self, id: str, now: float, fields: Mapping[str, JSONValue], code: str | None = None) -> Record:
        """Change some fields of a record."""
        row = self.named(id, code)
        row |= {**fields, self._updated: iso(now)}
        return row

    def remove(self, id: str, code: str | None = None) -> Record:
        """Take a record off the shelf."""
        row = self.named(id, code)
        del self.rows[id]
        return row

    def of(self, **wanted: JSONValue) -> list[Record]:
        """The records with these values."""
        return [row for row in self if all(row.get(name) == value for name, value in wanted.items())]

    def forget(self, name: str, id: str) -> int:
        """Set a reference to a record that is gone to null, and count them."""
        rows = self.of(**{name: id})
        for row in rows:
            row[name] = None
        return len(rows)


def created(fields: Mapping[str, JSONValue], now: float) -> float:
    """A date out of range is silently replaced by the server's time."""
    wished = epoch(str(fields.get("created_date") or ""))
    return wished if wished is not None and now - _OLDEST <= wished <= now + DAY else now


def _copied(blank: Mapping[str, JSONValue]) -> Record:
    return {name: value.copy() if isinstance(value, (list, dict)) else value for name, value in blank.items()}


def pick(row: Mapping[str, JSONValue], names: Iterable[str]) -> Record:
    """Some fields of a record, null where it has none."""
    return {name: row.get(name) for name in names}


def known(body: Mapping[str, JSONValue], names: Collection[str]) -> Record:
    """What was sent of some fields."""
    return {name: body[name] for name in names if name in body}


def matching(
    rows: Iterable[Record],
    call: Call,
    *same: str,
    search: Collection[str] = (),
    part: Collection[str] = (),
    tag: str = "",
) -> list[Record]:
    """The rows a query asks for.

    ``same`` are parameters that must equal the field of their name, ``part`` those that need be part of it only,
    ``search`` are the fields that ``?search=`` looks into, ``tag`` the parameter all of whose values must be tags.
    """
    query = call.query
    exact = {name: query[name] for name in same if query.get(name)}
    partial = {name: query[name].lower() for name in part if query.get(name)}
    words, tags = query.get("search", "").lower(), set(call.many(tag)) if tag else set[str]()
    return [
        row
        for row in rows
        if all(_text(row.get(name)) == value for name, value in exact.items())
        and all(value in _text(row.get(name)).lower() for name, value in partial.items())
        and (not words or any(words in _text(row.get(name)).lower() for name in search))
        and (not tags or tags <= set(_tags(row)))
    ]


def within(rows: Iterable[Record], call: Call, name: str, *, after: str = "", before: str = "") -> list[Record]:
    """The rows whose timestamp ``name`` lies between the moments of two parameters, a bare day being all of it."""
    start, end = _moment(call, after), _moment(call, before)
    if end is not None and len(call.query.get(before, "")) <= len("2026-01-31"):
        end += DAY - 1e-3
    return [row for row in rows if _lies(epoch(_text(row.get(name))), start, end)]


def _moment(call: Call, name: str) -> float | None:
    text = call.query.get(name, "")
    moment = epoch(text)
    if text and moment is None:
        raise invalid("Invalid request parameters", **{name: "Must be ISO 8601"})
    return moment


def _lies(moment: float | None, start: float | None, end: float | None) -> bool:
    if start is None and end is None:
        return True
    return moment is not None and (start is None or moment >= start) and (end is None or moment <= end)


def _text(value: JSONValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _tags(row: Record) -> list[str]:
    tags = row.get("tags")
    return [str(tag) for tag in tags] if isinstance(tags, list) else []


def newest_first(rows: Iterable[Record], name: str = "created_date") -> list[Record]:
    """Rows by a timestamp, the latest first; of equal ones the one that came later."""
    latest = [*rows][::-1]
    return sorted(latest, key=lambda row: _text(row.get(name)), reverse=True)
