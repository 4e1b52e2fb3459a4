"""A write that took effect, and the events that most writes bring about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import frozen

from .._http.wire import JSONValue
from .call import Call
from .records import Record
from .store import Store

if TYPE_CHECKING:
    from .records import Shelf

Event: TypeAlias = "tuple[str, Record]"


@frozen
class Write:
    """A write that took effect: ``told`` is what it answered, ``before`` the records it was about, by id."""

    store: Store
    call: Call
    told: JSONValue
    before: Mapping[str, Record]

    @property
    def record(self) -> Record:
        """The answer where it is an object."""
        return self.told if isinstance(self.told, dict) else {}

    @property
    def fields(self) -> list[JSONValue]:
        """The names of what was sent."""
        return [*self.call.body]


Told: TypeAlias = Callable[[Write], Iterable[Event]]


def created(kind: str) -> Told:
    """A record was made: it is shown as the answer does."""
    return lambda write: [(f"{kind}.created", {kind: write.record})]


def updated(kind: str) -> Told:
    """A record was changed, and in which fields."""
    return lambda write: [(f"{kind}.updated", {kind: write.record, "changed_fields": write.fields})]


def deleted(kind: str) -> Told:
    """A record is gone."""
    return lambda write: [(f"{kind}.deleted", {f"{kind}_id": write.call.arguments["id"]})]


def deleted_many(kind: str, shelf: Callable[[Store], Shelf]) -> Told:
    """One event for each record that is gone: the lists have none for all of them."""
    return lambda write: [
        (f"{kind}.deleted", {f"{kind}_id": gone}) for gone in write.before if gone not in shelf(write.store)
    ]


def created_many(kind: str, rows: JSONValue) -> list[Event]:
    """Some records were made: one event for all of them."""
    return [(f"{kind}.bulk_created", {f"{kind}s": rows, "count": len(cast("list[JSONValue]", rows))})] if rows else []


def members(what: str, kind: str) -> Told:
    """Contacts were added to a list or a campaign; those that were in already count for nothing."""

    def told(write: Write) -> Iterable[Event]:
        ids = cast("list[JSONValue]", write.record.get("contact_ids") or write.call.body["contact_ids"])
        facts: Record = {f"{kind}_id": write.call.arguments["id"], "contact_ids": ids, "count": write.record["added"]}
        return [(what, facts)] if write.record["added"] else []

    return told
