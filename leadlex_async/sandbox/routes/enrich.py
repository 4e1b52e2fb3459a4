"""Enrichment out of what ``people_known`` holds: a match costs one credit, a miss nothing.

Known are the addresses and domains of the sandbox's directory and of ``example.com``; all others are missed. Who has no
address is known by the LinkedIn address of a prospect. A lookup that cannot be paid for changes nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zlib import crc32

from ...resources import email as addresses, enrich as ops
from ..answers import Answer, Refusal, data, invalid
from ..people import add_contact
from ..people_known import Firm, Person, firm_at, people, person_at, person_linked
from ..records import Record, known, pick
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..call import Call
    from ..world import World

_FILLED = ("job_title", "company_name", "linkedin_url", "phone", "location", "seniority")
_COLUMNS = {"company_name": "company"}
"""Where a contact keeps a field that enrichment calls otherwise."""
_CONTACT = ("id", "full_name", "first_name", "last_name", "email", "job_title", "linkedin_url", "phone")
_PORTRAIT = ("name", "industry", "size", "founded_year", "description", "hq_location", "logo_url", "linkedin_url")
_FIRM = ("name", "domain", "industry", "size", "founded_year", "description", "hq_location", "linkedin_url")
_SECTIONS = ("person", "company", "social")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_NOBODY = "nobody.example"
_MISSED = 409


def contact(world: World, call: Call) -> Answer:
    """Fill the empty fields of a contact, or replace them."""
    row = world.store.contacts.named(call.text("contact_id"))
    person = person_at(str(row["email"] or "")) or person_linked(str(row["linkedin_url"] or ""))
    if person is None:
        raise _no_match()
    world.spend(1)
    offered = person.profile() | {"company_name": person.firm.name, "phone": person.phone}
    wanted = [name for name in _asked(call, "fields", _FILLED) if name in _FILLED]
    changes = _changes(call, {name: row[_column(name)] for name in _FILLED}, {name: offered[name] for name in wanted})
    if changes:
        kept = {_column(name): value for name, value in changes.items()}
        world.store.contacts.change(str(row["id"]), call.now, kept)
    shown = pick(row, _CONTACT) | {"company_name": row["company"]} | pick(row, ("location", "seniority"))
    return _written(world, {"contact": shown}, changes, person)


def _asked(call: Call, name: str, all_of_them: tuple[str, ...]) -> Sequence[str]:
    """The words that a list of the body holds; without any all of them."""
    return call.ids(name) if call.body.get(name) else all_of_them


def _column(name: str) -> str:
    return _COLUMNS.get(name, name)


def _changes(call: Call, row: Record, offered: Record) -> Record:
    """What is offered for fields that are empty, or that may be overwritten."""
    over = bool(call.flag("overwrite"))
    return {
        name: value
        for name, value in offered.items()
        if value and value != row.get(name) and (over or not row.get(name))
    }


def _written(world: World, shown: Record, changes: Record, found: Person | None = None) -> Answer:
    return data(shown | {"fields_updated": [*changes]} | _origin(world, found))


def _origin(world: World, found: Person | None) -> Record:
    """Where the answer comes from, and what is left to pay the next."""
    source, confidence = (found.source, found.confidence) if found is not None else ("vendor_a", 0.9)
    return {"source": source, "confidence": confidence, "credits_remaining": world.credits}


def _no_match(status: int = _MISSED) -> Refusal:
    return Refusal(status, "no_match", "No vendor returned a match")


def company(world: World, call: Call) -> Answer:
    """Fill the empty fields of a company, or replace them; for a domain without a company one is made."""
    row = _company(world, call)
    firm = firm_at(_domain(row) if row is not None else call.text("domain") or "")
    if firm is None:
        raise _no_match()
    world.spend(1)
    if row is None:
        row = world.store.companies.add(call.now, {"name": firm.name, "domain": firm.domain})
    wanted = _asked(call, "fields", (*_PORTRAIT, "tech_stack"))
    offered = {name: value for name, value in firm.portrait().items() if name in wanted}
    changes = _changes(call, row, offered)
    if changes:
        world.store.companies.change(str(row["id"]), call.now, changes)
    shown = pick(row, ("id", "domain", *_PORTRAIT)) | {"tech_stack": row.get("tech_stack") or []}
    return _written(world, {"company": shown}, changes)


def _company(world: World, call: Call) -> Record | None:
    """The company that is meant, None if there is none with the domain yet."""
    company_id, domain = call.text("company_id"), call.text("domain")
    if company_id:
        return world.store.companies.named(company_id, "not_found")
    if not domain:
        raise invalid("company_id or domain is required", company_id="Required", domain="Required")
    firm = firm_at(domain)
    return next((row for row in world.store.companies if firm is not None and firm_at(_domain(row)) is firm), None)


def _domain(row: Record) -> str:
    """The domain of a company, or that of its website."""
    website = str(row["website"] or "")
    return str(row["domain"] or re.sub(r"^\w+://", "", website).partition("/")[0])


def email(world: World, call: Call) -> Answer:
    """Who is behind an address; ``verify`` tells whether a mail would arrive."""
    address = call.text("email") or ""
    if not _ADDRESS.fullmatch(address):
        raise invalid("email must be an e-mail address", email="Must be an e-mail address")
    person = person_at(address)
    if person is None:
        raise _no_match()
    world.spend(1)
    verified: Record = {"deliverable": "deliverable" if person.member_id else "risky"} if call.flag("verify") else {}
    return data(_sections(call, person, person.firm) | verified | _origin(world, person))


def address(world: World, call: Call) -> Answer:
    """Who is behind an address or a domain; at a bare domain there is no person."""
    email, domain = call.text("email"), call.text("domain")
    if not (email or domain):
        raise invalid("email or domain is required", email="Required", domain="Required")
    if email and not _ADDRESS.fullmatch(email):
        raise invalid("email must be an e-mail address", email="Must be an e-mail address")
    person = person_at(email) if email else None
    firm = firm_at(domain or "") if not email else person.firm if person else None
    found = _sections(call, person, firm) if firm is not None else {}
    if not found:
        raise _no_match(404)
    world.spend(1)
    return data(found | _origin(world, person))


def _sections(call: Call, person: Person | None, firm: Firm) -> Record:
    """The sections that are asked for and known; all of them unless told otherwise."""
    portrait = firm.portrait()
    url = person.linkedin_url if person is not None else portrait["linkedin_url"]
    sections: Record = {"company": pick(portrait, _FIRM), "social": {"linkedin": url}}
    if person is not None:
        sections["person"] = person.profile()
    wanted = _asked(call, "include", _SECTIONS)
    return {name: value for name, value in sections.items() if name in wanted}


def business_card(world: World, call: Call) -> Answer:
    """Read a card: the sandbox sees nothing and picks a prospect by the image; ``nobody.example`` has none to show."""
    card = _card(call)
    if card is None:
        raise _no_match()
    world.spend(1)
    printed = [person for person in people().values() if person.email and person.phone]
    fields = _printed(printed[crc32(card) % len(printed)])
    contact_id = None
    if call.flag("create_contact"):
        kept = known(fields, ("full_name", "first_name", "last_name", "job_title", "company_name", "email", "phone"))
        contact_id = add_contact(world, kept, call.now)["id"]
    text = "\n".join(str(fields[name]) for name in ("full_name", "job_title", "company_name", "email"))
    read: Record = {"contact_id": contact_id, "confidence": 0.95, "raw_text": text, "credits_remaining": world.credits}
    return data({"fields": fields} | read)


def _card(call: Call) -> bytes | None:
    """The image, or in its place the address of one, None if nothing can be read there."""
    url, encoded = call.text("image_url"), call.text("image_base64")
    if not (url or encoded):
        raise invalid("image_base64 or image_url is required", image_base64="Required", image_url="Required")
    if encoded:
        return _decoded(encoded)
    host = _https_host(url or "")
    return None if host == _NOBODY else (url or "").encode()


def _decoded(encoded: str) -> bytes:
    try:
        image = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        image = b""
    if not image:
        raise invalid("image_base64 must be an image in Base64", image_base64="Must be Base64")
    if len(image) > ops.LARGEST_IMAGE:
        raise Refusal(413, "payload_too_large", "The image is larger than 10 MB")
    return image


def _https_host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.scheme == "https" else None
    except ValueError:
        host = None
    if not host:
        raise invalid("image_url must be an https address", image_url="Must be an https address")
    return host


def _printed(person: Person) -> Record:
    return {
        **pick(person.profile(), ("full_name", "first_name", "last_name", "job_title")),
        "company_name": person.firm.name,
        "email": person.email,
        "phone": person.phone,
        "mobile": None,
        "website": f"https://{person.firm.domain}",
        "address": person.location,
    }


ROUTES = (
    route(ops.CONTACT, contact),
    route(ops.COMPANY, company),
    route(ops.EMAIL, email),
    route(ops.BUSINESS_CARD, business_card),
    route(addresses.ENRICH, address),
)
