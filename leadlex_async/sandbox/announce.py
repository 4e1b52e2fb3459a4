"""Tells webhooks what a call of the API has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from ..resources import companies, contacts, deals, enrich, tasks
from .emitted import EMITTED
from .pushes import emit
from .writes import Write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .answers import Answer
    from .call import Call
    from .records import Record, Shelf
    from .store import Store
    from .table import Route
    from .world import World

_SUCCESS = range(200, 300)

_ABOUT: Mapping[str, Callable[[Store], Shelf]] = {
    **dict.fromkeys((contacts.DELETE_MANY.label, contacts.MERGE.label), lambda store: store.contacts),
    companies.LINK_CONTACTS.label: lambda store: store.contacts,
    enrich.COMPANY.label: lambda store: store.companies,
    **dict.fromkeys((deals.UPDATE.label, deals.UPDATE_MANY.label), lambda store: store.deals),
    deals.DELETE_MANY.label: lambda store: store.deals,
    tasks.UPDATE.label: lambda store: store.todos,
}
"""Where the records are whose former state counts."""


def before(world: World, route: Route, call: Call) -> Mapping[str, Record]:
    """The records that a call is about, as they are before; none where nobody would be told."""
    find = _ABOUT.get(route.label) if world.store.webhooks else None
    if find is None:
        return {}
    shelf = find(world.store)
    # Only the whole shelf shows whether the company of a domain is new.
    ids = shelf.rows if route.label == enrich.COMPANY.label else _named(call)
    return {each: dict(shelf.rows[each]) for each in ids if each in shelf}


def _named(call: Call) -> Mapping[str, None]:
    """The ids in a path and in the lists of a body, in their order."""
    lists = (value for name, value in call.body.items() if name.endswith("_ids") and isinstance(value, list))
    return dict.fromkeys([*call.arguments.values(), *(str(each) for ids in lists for each in ids)])


def announce(world: World, route: Route, call: Call, answer: Answer, earlier: Mapping[str, Record]) -> None:
    """Emit the events of a call that was carried out."""
    told = EMITTED.get(route.label) if world.store.webhooks else None
    if told is None or answer.status not in _SUCCESS:
        return
    payload: Record = orjson.loads(answer.body or b"{}")
    found = payload.get("data")
    if isinstance(found, dict):
        found = found.get(route.op.envelope, found)
    for event, data in told(Write(world.store, call, found, earlier)):
        emit(world, event, data, call.now)
