"""Prospects: searched in the directory of the sandbox, revealed, saved as contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...resources import prospector as ops, prospects
from ..answers import Answer, data, invalid, missing
from ..people import add_contact, contact_fields
from ..people_known import Person, people
from ..records import Record, known, pick
from ..table import route
from .bulk import sized

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_PER_PAGE = 25
_LAST_PAGE = 1_000_000
_ALIASES = ("query", "jobTitles")
_SAVED = ("id", "full_name", "email", "job_title")

_PART: dict[str, Callable[[Person], tuple[str, ...]]] = {
    "titles": lambda person: (person.job_title, person.job_title_in_full),
    "name": lambda person: (person.full_name,),
    "company_name": lambda person: (person.firm.name,),
    "companies": lambda person: (person.firm.name,),
    "industry": lambda person: (person.firm.industry,),
    "keywords": lambda person: (person.job_title_in_full, person.department, person.firm.name, person.firm.industry),
    "location": lambda person: (person.location,),
    "hq_location": lambda person: (person.firm.hq_location,),
}
"""Filters that any part of these texts meets."""

_WHOLE: dict[str, Callable[[Person], str]] = {
    "seniority": lambda person: person.seniority,
    "departments": lambda person: person.department,
    "domains": lambda person: person.firm.domain,
    "headcount": lambda person: person.firm.size,
    "funding_stage": lambda person: person.firm.funding_stage,
}
"""Filters that only the whole word meets."""

_SUMS: dict[str, Callable[[Person], float]] = {
    "funding": lambda person: person.firm.funding,
    "revenue": lambda person: person.firm.revenue,
}
"""Sums with a lower and an upper bound."""


def search(_: World, call: Call) -> Answer:
    """The people who meet all filters, each of them in one of its values."""
    return _search(call, call.body)


def search_legacy(_: World, call: Call) -> Answer:
    """The same, with the older names of ``titles``."""
    titles = [title for name in ("titles", *_ALIASES) for title in _words(call.body, name)]
    body = {name: value for name, value in call.body.items() if name not in _ALIASES}
    wanted: Record = {"titles": [*titles]} if titles else {}
    return _search(call, body | wanted)


def _search(call: Call, filters: Record) -> Answer:
    if not any(filters.get(name) not in (None, "", []) for name in ops.ProspectFilters.__annotations__):
        raise invalid("At least one filter is required")
    page = call.number("page", 1, _LAST_PAGE) or 1
    found = [person for person in people().values() if _fits(person, filters)]
    shown = [_shown(person) for person in found[(page - 1) * _PER_PAGE : page * _PER_PAGE]]
    pages = -(-len(found) // _PER_PAGE)
    standing = {"page": page, "per_page": _PER_PAGE, "total": len(found), "total_pages": pages}
    return data({"results": shown, "pagination": standing})


def _words(filters: Record, name: str) -> list[str]:
    """The values of a filter in lower case, whether it takes one or several."""
    value = filters.get(name)
    values = value if isinstance(value, list) else [value]
    return [str(each).lower() for each in values if each]


def _fits(person: Person, filters: Record) -> bool:
    part = {name: _words(filters, name) for name in _PART}
    whole = {name: _words(filters, name) for name in _WHOLE}
    return (
        all(
            any(word in text.lower() for word in words for text in _PART[name](person))
            for name, words in part.items()
            if words
        )
        and all(_WHOLE[name](person).lower() in words for name, words in whole.items() if words)
        and all(
            _lies(value(person), filters.get(f"min_{name}"), filters.get(f"max_{name}"))
            for name, value in _SUMS.items()
        )
    )


def _lies(value: float, least: JSONValue, most: JSONValue) -> bool:
    low, high = cast("float | None", least), cast("float | None", most)
    return (low is None or value >= low) and (high is None or value <= high)


def _shown(person: Person) -> Record:
    firm = person.firm
    return {
        **{name: value for name, value in person.profile().items() if name != "seniority"},
        "email_available": person.email is not None,
        "phone_available": person.phone is not None,
        "company": firm.name,
        "company_domain": firm.domain,
        "company_size": firm.size,
        "company_industry": firm.industry,
        "member_id": person.member_id,
        "company_id": firm.id,
    }


def reveal(_: World, call: Call) -> Answer:
    """How to reach one prospect; no page tells what an unknown id gives, here it is not found."""
    member_id, document_id = call.text("member_id"), call.text("document_id")
    if not (member_id or document_id):
        raise invalid("member_id or document_id is required", member_id="Required", document_id="Required")
    for person in people().values():
        if (person.member_id if member_id else person.document_id) == (member_id or document_id):
            ids: Record = {"document_id": person.document_id, "company_id": person.firm.id}
            job: Record = {"job_title": person.job_title, "company": person.firm.name}
            return data(_revealed(person) | ids | job | {"linkedin_url": person.linkedin_url})
    raise missing("Prospect")


def reveal_many(_: World, call: Call) -> Answer:
    """A row for each prospect, also for those that are unknown."""
    rows = cast("list[Record]", sized(call, "prospects", ops.MOST_REVEALS, "rows"))
    results = [_row(str(row["member_id"])) for row in rows]
    succeeded = sum(row["status"] == "success" for row in results)
    summary = {"total": len(results), "succeeded": succeeded, "failed": len(results) - succeeded}
    return data({"results": results, "summary": summary})


def _row(member_id: str) -> Record:
    person = people().get(member_id)
    if person is None:
        return {"member_id": member_id, "status": "failed", "error": "HTTP 404"}
    return _revealed(person) | {"status": "success"}


def _revealed(person: Person) -> Record:
    return {
        "member_id": person.member_id,
        "full_name": person.full_name,
        "email": person.email,
        "email_verified": person.email is not None,
        "phone": person.phone,
    }


def save(world: World, call: Call) -> Answer:
    """Make contacts, on a list if given; whose e-mail is known is skipped and joins no list; a bad row refuses all."""
    list_id, rows = call.text("list_id"), cast("list[Record]", call.body["prospects"])
    if list_id and list_id not in world.store.lists:
        raise missing("List")
    if not rows:
        raise invalid("prospects is required", prospects="Required")
    for row in rows:
        contact_fields(_contact(row))
    taken = {str(row["email"]).lower() for row in world.store.contacts if row["email"]}
    new = [add_contact(world, _contact(row), call.now) for row in rows if _is_new(row, taken)]
    if list_id and new:
        members = world.store.lists[list_id]
        members.members |= dict.fromkeys(str(row["id"]) for row in new)
        members.updated_at = call.now
    return data(
        {"created": len(new), "contacts": [pick(row, _SAVED) | {"company_name": row["company"]} for row in new]}
    )


def _is_new(row: Record, taken: set[str]) -> bool:
    """Whether nobody has this e-mail, which is taken from now on; without one everybody is new."""
    email = str(row.get("email") or "").lower()
    if email in taken:
        return False
    taken |= {email} - {""}
    return True


def _contact(row: Record) -> Record:
    fields: Record = {"full_name": row["name"], "job_title": row.get("title"), "company": row.get("company_name")}
    return fields | known(row, ("email", "linkedin_url"))


ROUTES = (
    route(ops.SEARCH, search),
    route(ops.REVEAL, reveal),
    route(ops.REVEAL_MANY, reveal_many),
    route(prospects.SEARCH, search_legacy),
    route(prospects.SAVE, save),
)
