"""How the workspace makes a contact: names derived from each other, priorities in words and numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .answers import invalid
from .records import Record, known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._http.wire import JSONValue
    from .world import World

_PRIORITIES: dict[JSONValue, int] = {"high": 1, "medium": 2, "low": 3, 1: 1, 2: 2, 3: 3}
_KEPT = ("email", "phone", "job_title", "company", "linkedin_url", "related_company_id", "tags", "custom_fields")


def add_contact(world: World, body: Mapping[str, JSONValue], now: float) -> Record:
    """A new contact; its ``updated_date`` is that of its creation."""
    row = world.store.contacts.add(now, contact_fields(body) | known(body, ("created_date",)))
    row["updated_date"] = row["created_date"]
    return row


def contact_fields(body: Mapping[str, JSONValue]) -> Record:
    """The fields of a new contact; missing names come from the others or from the e-mail."""
    full, first, last, email = (_text(body, name) for name in ("full_name", "first_name", "last_name", "email"))
    first, last, full = names(full, first, last, email)
    if not full:
        raise invalid("A name (first_name, last_name, or full_name) or email is required")
    fields = known(body, _KEPT) | {"first_name": first, "last_name": last, "full_name": full}
    for name, alias in (("related_company_id", "company_id"), ("company", "company_name")):
        if fields.get(name) is None and alias in body:
            fields[name] = body[alias]
    return fields | {"priority": _priority(body.get("priority"))}


def _text(body: Mapping[str, JSONValue], name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) else None


def _priority(value: JSONValue) -> int | None:
    if value is None:
        return None
    if isinstance(value, (bool, list, dict)) or value not in _PRIORITIES:
        raise invalid("Invalid request parameters", priority="Must be high, medium, low or 1 to 3")
    return _PRIORITIES[value]


def names(full: str | None, first: str | None, last: str | None, email: str | None) -> tuple[str, str, str]:
    """First, last and full name, each derived from the others by the documented rules."""
    if full and "," in full and not (first or last):
        last, _, first = (part.strip() for part in full.partition(","))
        return first, last, f"{first} {last}".strip()
    if full:
        before, _, after = full.strip().rpartition(" ")
        split = (before, after) if before else (after, "")
        return first or split[0], last or split[1], full.strip()
    if first or last:
        return first or "", last or "", f"{first or ''} {last or ''}".strip()
    local = re.split(r"[._+-]+", (email or "").partition("@")[0])
    return names(" ".join(part.title() for part in local if part), None, None, None) if any(local) else ("", "", "")
