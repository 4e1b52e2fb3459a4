"""AI analysis: short texts made of the records they are about, the same for the same records.

Sections that were not asked for are there, but empty. What is kept for a while is given again for free.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, cast

import orjson

from ...resources import ai as ops
from ..answers import Answer, Refusal, data, invalid
from ..clock import DAY, epoch, iso
from ..conferences import conferences
from ..duplicates import duplicates
from ..readings import FOLLOWUPS, assessment, contents, followup, notes_read
from ..records import Record, newest_first
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..call import Call
    from ..world import World

_WORKSPACE = ((10_000, 3), (100_000, 5))
_PAGES = ((10, 3), (50, 6))
_DEAREST = {"workspace": 10, "pages": 12}
_LONGEST_DOCUMENT = 250
_BYTES_PER_PAGE = 50_000
_DECIDED = {"won", "lost"}
_JURISDICTION = "DE"
_HIGH = 10_000
_HOUR = 3600


def _paid(world: World, found: Record) -> Answer:
    return data(found | {"credits_remaining": world.credits})


def _only(found: Record, wanted: Collection[str]) -> Record:
    """All sections, those not wanted empty."""
    return {name: value if name in wanted else [] if isinstance(value, list) else None for name, value in found.items()}


def _price(size: int, prices: tuple[tuple[int, int], ...], dearest: int) -> int:
    return next((price for most, price in prices if size <= most), dearest)


def _kept(
    world: World, call: Call, seconds: float, look: Callable[[World, Call], tuple[int, Record]]
) -> tuple[Record, bool]:
    """What was found for the same body not long ago, and True; or what is found now and paid for, and False."""
    fingerprint = (look.__name__, "", orjson.dumps(call.body, option=orjson.OPT_SORT_KEYS))
    key = f"{look.__name__} {fingerprint[2].decode()}"
    answer = world.replays.find(key, fingerprint, call.now)
    before = cast("Record", orjson.loads(answer.body)) if answer is not None else {}
    if before and cast("float", before["at"]) + seconds > call.now:
        return before, True
    price, found = look(world, call)
    world.spend(price)
    found["at"] = call.now
    world.replays.keep(key, fingerprint, call.now, Answer(body=orjson.dumps(found)))
    return found, False


def analyze_notes(world: World, call: Call) -> Answer:
    """Sum up the newest notes on a contact or a deal."""
    most, focus = call.number("max_notes", 1, 200) or 50, call.text("focus") or "all"
    name, row = _subject(world, call)
    notes = newest_first(world.store.notes.of(**{name: row["id"]}))[:most]
    if not notes:
        raise Refusal(409, "no_notes", "There are no notes to analyze")
    world.spend(2)
    found = notes_read(notes, str(row.get("full_name") or row.get("name")))
    wanted = found if focus == "all" else {"summary", "key_points"} if focus == "summary" else {focus}
    read: Record = {"note_ids": [note["id"] for note in notes]}
    return _paid(world, _only(found, wanted) | read)


def _subject(world: World, call: Call) -> tuple[str, Record]:
    """What the notes are about, and by which of their fields; of two things given it is the contact."""
    contact_id, deal_id = call.text("contact_id"), call.text("deal_id")
    if contact_id:
        return "contact_id", world.store.contacts.named(contact_id)
    if deal_id:
        return "deal_id", world.store.deals.named(deal_id, "not_found")
    raise invalid("contact_id or deal_id is required", contact_id="Required", deal_id="Required")


def detect_duplicates(world: World, call: Call) -> Answer:
    """Find records that look the same; the answer to the same question is kept for an hour."""
    found, _ = _kept(world, call, _HOUR, _duplicates)
    return _paid(world, {name: found[name] for name in ("pairs", "total_candidates")})


def _duplicates(world: World, call: Call) -> tuple[int, Record]:
    limit, kind = call.number("limit", 1, 1000) or 100, call.required("entity_type")
    threshold = cast("float", call.body.get("threshold", 0.85))
    if not 0 <= threshold <= 1:
        raise invalid("threshold must be from 0 to 1", threshold="Must be from 0 to 1")
    pairs = duplicates(kind, _scoped(world, call, kind), threshold)
    return _workspace_price(world), {"pairs": [*pairs[:limit]], "total_candidates": len(pairs)}


def _workspace_price(world: World) -> int:
    store = world.store
    size = len(store.contacts) + len(store.companies) + len(store.deals)
    return _price(size, _WORKSPACE, _DEAREST["workspace"])


def _scoped(world: World, call: Call, kind: str) -> list[Record]:
    """The records to compare; only contacts are on lists."""
    store, scope = world.store, cast("dict[str, str]", call.mapping("scope"))
    shelf = {"contact": store.contacts, "company": store.companies, "deal": store.deals}[kind]
    since, tag, list_id = epoch(scope.get("created_after") or ""), scope.get("tag"), scope.get("list_id")
    return [
        row
        for row in shelf
        if (since is None or (epoch(str(row["created_date"])) or 0) >= since)
        and (not tag or tag in cast("list[str]", row["tags"] or []))
        and (not list_id or row["id"] in store.members(list_id))
    ]


def suggest_followups(world: World, call: Call) -> Answer:
    """Next steps with a contact, one way after the other."""
    count, days = call.number("count", 1, 10) or 3, call.number("lookback_days", 1, 3650) or 60
    row = world.store.contacts.named(call.text("contact_id"))
    world.spend(2)
    channels = call.ids("channels") if call.body.get("channels") else [*FOLLOWUPS]
    summary = _recent(world, row, call.now - days * DAY, days)
    steps = [followup(number, name, row, summary) for number, name in enumerate(islice(cycle(channels), count))]
    return _paid(world, {"suggestions": [*steps], "activity_summary": summary})


def _recent(world: World, row: Record, since: float, days: int) -> str:
    rows = world.store.activities.of(contact_id=row["id"])
    count = sum((epoch(str(each.get("created_date"))) or 0) >= since for each in rows)
    return f"{count} activities with {row['full_name']} in the last {days} days."


def suggest_meetings(world: World, call: Call) -> Answer:
    """Whom to meet, the most valuable deal first; contacts that are unknown or have no open deal are left out."""
    count, days = call.number("count", 1, 20) or 5, call.number("window_days", 1, 365) or 14
    contacts = world.store.contacts
    ids = call.ids("contact_ids") if call.body.get("contact_ids") else [*contacts.rows]
    found = [_meeting(world, contacts.rows[each], days) for each in dict.fromkeys(ids) if each in contacts]
    if call.flag("only_open_deals") is not False:
        found = [row for row in found if row["deal_id"] is not None]
    world.spend(3)
    found.sort(key=lambda row: -cast("float", row["opportunity_value"] or 0))
    return _paid(world, {"suggestions": [*found[:count]]})


def _meeting(world: World, row: Record, days: int) -> Record:
    """A meeting about the most valuable of a contact's open deals, if there is one."""
    deals = [deal for deal in world.store.deals.of(main_contact_id=row["id"]) if deal["status"] not in _DECIDED]
    deal = max(deals, key=_value, default=None)
    about = f"the deal {deal['name']}" if deal is not None else "working together"
    return {
        "contact_id": row["id"],
        "contact_name": row["full_name"],
        "reason": f"No meeting about {about} is planned.",
        "deal_id": deal["id"] if deal is not None else None,
        "opportunity_value": deal["estimated_value"] if deal is not None else None,
        "priority": "low" if deal is None else "high" if _value(deal) >= _HIGH else "medium",
        "suggested_agenda": [f"Review {about}", "Agree on the scope", "Decide on next steps"],
        "suggested_when": f"Within the next {days} days",
        "confidence": 0.6 if deal is None else 0.85,
    }


def _value(deal: Record) -> float:
    return cast("float", deal["estimated_value"] or 0)


def legal_insights(world: World, call: Call) -> Answer:
    """Assess a deal; no operation makes matters, so that a matter is the deal of its id."""
    matter = call.text("matter_id") or call.text("deal_id")
    if not matter:
        raise invalid("matter_id or deal_id is required", matter_id="Required", deal_id="Required")
    deal = world.store.deals.named(matter, "not_found")
    world.spend(4)
    found = assessment(deal, call.text("jurisdiction") or _JURISDICTION, call.now)
    wanted = ["summary", *call.ids("focus")] if call.body.get("focus") else found
    return _paid(world, _only(found, wanted))


def analyze_document(world: World, call: Call) -> Answer:
    """Read a document; its size tells how many pages it has."""
    row = world.store.documents.named(call.text("document_id"), "not_found")
    pages = max(1, -(-cast("int", row.get("size_bytes") or 0) // _BYTES_PER_PAGE))
    if pages > _LONGEST_DOCUMENT:
        raise Refusal(413, "payload_too_large", f"The document is longer than {_LONGEST_DOCUMENT} pages")
    world.spend(_price(pages, _PAGES, _DEAREST["pages"]))
    found = contents(row, call.text("prompt"), pages)
    sections = _only(found, call.ids("sections") if call.body.get("sections") else found)
    return _paid(world, sections | {"page_count": pages})


def discover_conferences(world: World, call: Call) -> Answer:
    """Find conferences; the answer to the same question is kept for a day."""
    found, hit = _kept(world, call, DAY, _conferences)
    made: Record = {"generated_at": iso(cast("float", found["at"])), "cache_hit": hit}
    return _paid(world, {"conferences": found["conferences"]} | made)


def _conferences(_: World, call: Call) -> tuple[int, Record]:
    limit = call.number("limit", 1, 100) or 20
    return 3, {"conferences": [*conferences(call.body, call.now)[:limit]]}


ROUTES = (
    route(ops.ANALYZE_NOTES, analyze_notes),
    route(ops.DETECT_DUPLICATES, detect_duplicates),
    route(ops.SUGGEST_FOLLOWUPS, suggest_followups),
    route(ops.SUGGEST_MEETINGS, suggest_meetings),
    route(ops.LEGAL_INSIGHTS, legal_insights),
    route(ops.ANALYZE_DOCUMENT, analyze_document),
    route(ops.DISCOVER_CONFERENCES, discover_conferences),
)
