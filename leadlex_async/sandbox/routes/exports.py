"""Exports: a file of CSV, ten an hour."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from ...resources import companies, contacts, deals
from ..answers import Answer, invalid
from ..records import Record, matching, within
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_CAP = 10
_LIMIT = 10_000
_MOST = 50_000
_CONTACT = "id full_name email phone job_title company_name linkedin_url tags created_at"
_COMPANY = "id name domain industry size founded_year hq_location linkedin_url tags created_at"
_DEAL = "id name pipeline_id stage_id status value currency company_name owner_email created_at closed_at"
_OPEN = {"active": "open"}


def export_contacts(world: World, call: Call) -> Answer:
    """Contacts, all or those of a list."""
    list_id, rows = call.query.get("list_id"), world.store.contacts
    members = [rows.rows[member] for member in world.store.members(list_id)] if list_id else rows
    wanted = within(matching(members, call, tag="tag"), call, "created_date", after="created_after")
    wanted = within(wanted, call, "created_date", before="created_before")
    return _file(world, call, "contacts", _CONTACT, [row | {"company_name": row["company"]} for row in wanted])


def export_companies(world: World, call: Call) -> Answer:
    """Companies."""
    rows = matching(world.store.companies, call, "industry", "size", "country", tag="tag")
    return _file(world, call, "companies", _COMPANY, rows)


def export_deals(world: World, call: Call) -> Answer:
    """Deals; an active one is called open here."""
    rows = matching((_shown(world, row) for row in world.store.deals), call, "pipeline_id", "stage_id", "status")
    wanted = within(rows, call, "created_date", after="created_after", before="created_before")
    return _file(world, call, "deals", _DEAL, wanted)


def _shown(world: World, row: Record) -> Record:
    company = world.store.companies.rows.get(str(row["related_company_id"]), {})
    return row | {
        "pipeline_id": row["pipeline"],
        "stage_id": row["stage"],
        "status": _OPEN.get(str(row["status"]), row["status"]),
        "value": row["estimated_value"],
        "company_name": company.get("name"),
        "closed_at": row["closed_date"],
    }


def _file(world: World, call: Call, name: str, columns: str, rows: Iterable[Record]) -> Answer:
    limit = call.whole("limit", _LIMIT)
    if limit > _MOST:
        raise invalid("limit is too large", limit=f"At most {_MOST}")
    wanted = call.many("fields") or columns.split()
    unknown = set(wanted) - set(columns.split())
    if unknown:
        raise invalid("Unknown fields", fields=f"Unknown: {', '.join(sorted(unknown))}")
    world.caps.take("export", _CAP, call.now)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(wanted)
    shown = [row | {"created_at": row["created_date"]} for row in rows][:limit]
    writer.writerows([_cell(row.get(column)) for column in wanted] for row in shown)
    headers = {"Content-Disposition": f'attachment; filename="{name}-export.csv"'}
    return Answer(200, text.getvalue().encode(), "text/csv; charset=utf-8", headers)


def _cell(value: JSONValue) -> str:
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return "" if value is None else str(value)


ROUTES = (
    route(contacts.EXPORT, export_contacts),
    route(companies.EXPORT, export_companies),
    route(deals.EXPORT, export_deals),
)
