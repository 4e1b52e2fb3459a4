# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both checkers honour `type: ignore`, and each fails where its own error is not there: unused-ignore in mypy.
"""Contacts, companies, lists, tags: what calls give and what is refused; read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import assert_type

from leadlex_async import LeadLex, Page
from leadlex_async.models.activities import Activity
from leadlex_async.models.common import BulkDeleted, Deleted
from leadlex_async.models.companies import Company, ContactsLinked
from leadlex_async.models.contacts import Contact, ContactsCreated, ContactsMerged, ContactTags
from leadlex_async.models.deals import Deal
from leadlex_async.models.documents import LinkedDocument
from leadlex_async.models.imports import Imported
from leadlex_async.models.lists import ContactList, ListAdded, ListDeleted, ListRemoved
from leadlex_async.models.notes import Note
from leadlex_async.resources._csv import Rows

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def contacts(leadlex: LeadLex) -> None:
    """What ``leadlex.contacts`` gives."""
    assert_type(leadlex.contacts.iter(list_id="l-1", limit=10), AsyncIterator[Contact])
    async for contact in leadlex.contacts.iter():
        assert_type(contact, Contact)
    assert_type(
        await leadlex.contacts.create(full_name="Ann Lee", priority="high", tags=("VIP",), created_date=NOW), Contact
    )
    assert_type(await leadlex.contacts.get("c-1", include=["notes", "*"]), Contact)
    assert_type(await leadlex.contacts.update("c-1", phone=None, notes="Prefers mail"), Contact)
    assert_type(await leadlex.contacts.delete("c-1"), Deleted)
    assert_type(
        await leadlex.contacts.create_many([{"full_name": "Ann Lee", "custom_fields": {"bar": ["BS"]}}]),
        ContactsCreated,
    )
    assert_type(await leadlex.contacts.delete_many(["c-1"], dry_run=True, idempotency_key="k-1"), BulkDeleted)
    assert_type(await leadlex.contacts.merge("c-1", ["c-2"], overwrite=True), ContactsMerged)
    assert_type(await leadlex.contacts.add_tags("c-1", ("VIP", "Basel")), ContactTags)
    assert_type(await leadlex.contacts.create_note("c-1", title="Call", note_type="call"), Note)
    assert_type(await leadlex.contacts.list_notes("c-1", page=2, per_page=25), Page[Note])
    assert_type(leadlex.contacts.iter_notes("c-1"), AsyncIterator[Note])
    assert_type(await leadlex.contacts.list_activities("c-1", type="meeting", from_date="2026-04-01"), Page[Activity])
    assert_type(leadlex.contacts.iter_activities("c-1", to_date=NOW.date()), AsyncIterator[Activity])
    assert_type(await leadlex.contacts.list_documents("c-1", role="contract"), Page[LinkedDocument])
    assert_type(leadlex.contacts.iter_documents("c-1"), AsyncIterator[LinkedDocument])
    assert_type(await leadlex.contacts.import_rows([{"email": "ann@example.com"}], update_existing=True), Imported)
    assert_type(await leadlex.contacts.import_csv("Name\nAnn", mapping={"Name": "full_name"}), Imported)
    assert_type(leadlex.contacts.export(tag=["VIP"], fields=("id", "email")), Rows)
    async for row in leadlex.contacts.export():
        assert_type(row, dict[str, str])
    assert_type(await leadlex.contacts.list(search="Lee", sort="-full_name"), Page[Contact])
    assert_type(list(await leadlex.contacts.list()), list[Contact])


async def contacts_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.contacts`` does not take."""
    await leadlex.contacts.create(fullname="Ann")  # type: ignore[call-arg]
    await leadlex.contacts.get()  # type: ignore[call-arg]
    await leadlex.contacts.update("c-1", tag="VIP")  # type: ignore[call-arg]
    await leadlex.contacts.add_tags("c-1")  # type: ignore[call-arg]
    await leadlex.contacts.create(tags="VIP", priority="urgent")  # type: ignore[arg-type]
    await leadlex.contacts.create_many([{"email": "ann@example.com"}])  # type: ignore[typeddict-item]
    await leadlex.contacts.list(sort="name")  # type: ignore[arg-type]
    await leadlex.contacts.delete_many("c-1", dry_run=1)  # type: ignore[arg-type]
    contact = await leadlex.contacts.get("c-1")
    _ = contact.nmae  # type: ignore[attr-defined]


async def companies(leadlex: LeadLex) -> None:
    """What ``leadlex.companies`` gives."""
    assert_type(leadlex.companies.iter(industry="Law"), AsyncIterator[Company])
    assert_type(await leadlex.companies.create(name="Lee AG", tags=["VIP"]), Company)
    assert_type(await leadlex.companies.get("co-1"), Company)
    assert_type(await leadlex.companies.update("co-1", city=None), Company)
    assert_type(await leadlex.companies.delete("co-1"), Deleted)
    assert_type(await leadlex.companies.list_contacts("co-1", per_page=5), Page[Contact])
    assert_type(leadlex.companies.iter_contacts("co-1", limit=1), AsyncIterator[Contact])
    assert_type(await leadlex.companies.list_deals("co-1", page=2), Page[Deal])
    assert_type(leadlex.companies.iter_deals("co-1"), AsyncIterator[Deal])
    assert_type(await leadlex.companies.link_contacts("co-1", ("c-1", "c-2")), ContactsLinked)
    assert_type(await leadlex.companies.create_note("co-1", title="Call"), Note)
    assert_type(await leadlex.companies.list_notes("co-1"), Page[Note])
    assert_type(leadlex.companies.iter_notes("co-1"), AsyncIterator[Note])
    assert_type(await leadlex.companies.import_rows([{"name": "Lee AG"}]), Imported)
    assert_type(await leadlex.companies.import_csv("Name\nLee AG", has_header=True), Imported)
    assert_type(leadlex.companies.export(limit=10, tag="VIP"), Rows)
    assert_type(await leadlex.companies.list(page=2, search="Lee"), Page[Company])


async def companies_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.companies`` does not take."""
    await leadlex.companies.list(serach="Lee")  # type: ignore[call-arg]
    await leadlex.companies.create(industry="Law")  # type: ignore[call-arg]
    await leadlex.companies.update("co-1", name=None)  # type: ignore[arg-type]
    await leadlex.companies.link_contacts("co-1", [1])  # type: ignore[list-item]
    page = await leadlex.companies.list()
    _ = page.rows  # type: ignore[attr-defined]


async def lists(leadlex: LeadLex) -> None:
    """What ``leadlex.lists`` gives."""
    assert_type(await leadlex.lists.create(name="Fair", created_date="2026-04-01"), ContactList)
    assert_type(await leadlex.lists.delete("l-1"), ListDeleted)
    assert_type(await leadlex.lists.add_contacts("l-1", ["c-1"]), ListAdded)
    assert_type(await leadlex.lists.remove_contact("l-1", "c-1"), ListRemoved)
    assert_type(await leadlex.lists.list(), list[ContactList])


async def lists_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.lists`` does not take."""
    await leadlex.lists.create(name="Fair", colour="red")  # type: ignore[call-arg]
    await leadlex.lists.remove_contact("l-1")  # type: ignore[call-arg]
    await leadlex.lists.delete(7)  # type: ignore[arg-type]


async def tags(leadlex: LeadLex) -> None:
    """What ``leadlex.tags`` gives."""
    assert_type(await leadlex.tags.list(), list[str])


async def tags_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.tags`` does not take."""
    await leadlex.tags.list(page=1)  # type: ignore[call-arg]
    await leadlex.tags.list("VIP")  # type: ignore[call-arg]
