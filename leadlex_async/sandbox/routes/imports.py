"""Imports: rows or CSV text that become contacts or companies."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from attrs import frozen

from ..._http.wire import JSONValue
from ...resources import companies, contacts
from ...resources._checks import LARGEST_IMPORT
from ..answers import Answer, Refusal, data, invalid
from ..people import add_contact, contact_fields
from ..pushes import emit
from ..records import Record, Shelf, known, new_id
from ..table import route
from ..world import World

if TYPE_CHECKING:
    from ..call import Call

_SYNCHRONOUS = 500
_COMPANY = ("name", "industry", "website", "linkedin_url", "size", "city", "country", "domain", "tags", "created_date")


@frozen
class _Kind:
    """How one kind of record is imported: where it goes, what it matches by, and how it is made."""

    shelf: Shelf
    matches: tuple[str, ...]
    add: Callable[[World, Mapping[str, JSONValue], float], Record]
    fields: Callable[[Mapping[str, JSONValue]], Record]
    event: str = ""
    """What tells of the end; the page of one kind names no event."""


def import_contacts(world: World, call: Call) -> Answer:
    """Contacts, told apart by e-mail or phone."""
    kind = _Kind(world.store.contacts, ("email", "phone"), add_contact, contact_fields, "import.completed")
    return _import(world, call, kind)


def import_companies(world: World, call: Call) -> Answer:
    """Companies, told apart by domain."""
    return _import(world, call, _Kind(world.store.companies, ("domain",), _add_company, _company))


def _add_company(world: World, row: Mapping[str, JSONValue], now: float) -> Record:
    return world.store.companies.add(now, _company(row))


def _company(row: Mapping[str, JSONValue]) -> Record:
    if not row.get("name"):
        raise invalid("name is required")
    return known(row, _COMPANY)


def _import(world: World, call: Call, kind: _Kind) -> Answer:
    """More than 500 rows are queued: the answer has no counts, and the work is done right after it."""
    rows, job_id, update = _rows(call), new_id("imp"), bool(call.flag("update_existing"))

    def carry_out(now: float) -> Record:
        done: Record = {"job_id": job_id, "status": "completed"}
        done |= _carry_out(world, kind, rows, now, update=update)
        if kind.event:
            emit(world, kind.event, done, now)
        return done

    if len(rows) <= _SYNCHRONOUS:
        return data(carry_out(call.now))
    world.agenda.add(call.now, carry_out)
    return data({"job_id": job_id, "status": "queued"})


def _rows(call: Call) -> list[Record]:
    rows, text = call.body.get("rows"), call.text("csv")
    if not rows and not text:
        raise invalid("Either rows or csv is required")
    if len(call.raw_body) > LARGEST_IMPORT:
        raise Refusal(413, "payload_too_large", "The import is larger than 20 MB")
    tags = cast("list[JSONValue]", call.body.get("tags") or [])
    found = cast("list[Record]", rows) if rows else _parsed(call, text or "")
    if not tags:
        return found
    return [{**row, "tags": [*cast("list[JSONValue]", row.get("tags") or []), *tags]} for row in found]


def _parsed(call: Call, text: str) -> list[Record]:
    """CSV text; without a header its columns are numbered from 0, as the keys of ``mapping``."""
    try:
        records = [record for record in csv.reader(io.StringIO(text)) if record]
    except csv.Error as error:
        raise invalid(f"csv cannot be read: {error}", csv="Invalid") from None
    headed = call.flag("has_header") is not False
    columns = records.pop(0) if headed and records else [str(at) for at in range(len(records[0]) if records else 0)]
    mapping = call.mapping("mapping")
    named = [str(mapping.get(column, column)) for column in columns]
    return [{name: _cell(name, cell) for name, cell in zip(named, record, strict=False) if cell} for record in records]


def _cell(name: str, cell: str) -> JSONValue:
    return [tag.strip() for tag in cell.split(",")] if name == "tags" else cell


def _carry_out(world: World, kind: _Kind, rows: list[Record], now: float, *, update: bool) -> dict[str, JSONValue]:
    """Row by row; a bad one is left out and told."""
    done: list[str] = []
    errors: list[JSONValue] = []
    for number, row in enumerate(rows, 1):
        try:
            done.append(_row(world, kind, row, now, update=update))
        except Refusal as refusal:
            errors.append({"row_number": number, "code": refusal.code, "message": refusal.message})
    counts = {f"{word}_count": done.count(word) for word in ("created", "updated", "skipped")}
    return {**counts, "errors": errors}


def _row(world: World, kind: _Kind, row: Record, now: float, *, update: bool) -> str:
    """What became of one row."""
    match = _match(kind, row)
    if match is None:
        kind.add(world, row, now)
        return "created"
    if not update:
        return "skipped"
    fields = kind.fields(match | row)
    kind.shelf.change(str(match["id"]), now, {name: value for name, value in fields.items() if name in row})
    return "updated"


def _match(kind: _Kind, row: Record) -> Record | None:
    for name in kind.matches:
        value = str(row.get(name) or "").lower()
        for found in kind.shelf:
            if value and str(found.get(name) or "").lower() == value:
                return found
    return None


ROUTES = (
    route(contacts.IMPORT, import_contacts),
    route(companies.IMPORT, import_companies),
)
