"""Contacts and companies of the sandbox, through the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leadlex_async import Conflict, NotFound, PayloadTooLarge, ValidationError

if TYPE_CHECKING:
    from leadlex_async import LeadLex
    from leadlex_async.resources import contacts as ops
    from leadlex_async.sandbox import Sandbox


async def named(leadlex: LeadLex, *names: str) -> list[str]:
    """The ids of new contacts."""
    return [(await leadlex.contacts.create(full_name=name)).id for name in names]


async def test_the_life_of_a_contact(leadlex: LeadLex) -> None:
    """Created, read, changed and deleted; then it is not there any more."""
    made = await leadlex.contacts.create(full_name="Lee, Ann", email="ann@example.com", priority="high", tags=["VIP"])
    assert (made.first_name, made.last_name, made.full_name, made.priority) == ("Ann", "Lee", "Ann Lee", 1)
    changed = await leadlex.contacts.update(made.id, phone="+41 61 000", company_name="Lee AG")
    assert (changed.phone, changed.company) == ("+41 61 000", "Lee AG")
    found = await leadlex.contacts.get(made.id)
    assert (found.phone, found.company, found.tags, found.email) == ("+41 61 000", "Lee AG", ("VIP",), made.email)
    assert (await leadlex.contacts.update(made.id, phone=None)).phone is None
    assert (await leadlex.contacts.delete(made.id)).id == made.id
    with pytest.raises(NotFound):
        await leadlex.contacts.get(made.id)
    for call in (leadlex.contacts.delete(made.id), leadlex.contacts.update(made.id, email="x@example.com")):
        with pytest.raises(NotFound):
            await call


async def test_remarks_are_gathered(leadlex: LeadLex) -> None:
    """``notes`` is appended, a line each time."""
    (ann,) = await named(leadlex, "Ann Lee")
    await leadlex.contacts.update(ann, notes="Met in Basel")
    assert (await leadlex.contacts.update(ann, notes="Prefers mail")).notes == "Met in Basel\nPrefers mail"


async def test_tags_come_together(leadlex: LeadLex) -> None:
    """Those there are stay in front, none is there twice."""
    ann = await leadlex.contacts.create(full_name="Ann Lee", tags=["VIP", "Basel"])
    assert (await leadlex.contacts.add_tags(ann.id, ["Fair", "VIP", "Fair"])).tags == ("VIP", "Basel", "Fair")
    with pytest.raises(NotFound) as caught:
        await leadlex.contacts.add_tags("nobody", ["VIP"])
    assert caught.value.code == "contact_not_found"


async def test_what_is_included(leadlex: LeadLex) -> None:
    """Three newest notes, where asked for; without asking nothing."""
    (ann,) = await named(leadlex, "Ann Lee")
    for number in range(5):
        note = await leadlex.contacts.create_note(ann, title=f"Note {number}", content="Long")
        assert (note.title, note.content) == (f"Note {number}", "Long")
    assert (await leadlex.contacts.get(ann)).recent_notes == ()
    found = await leadlex.contacts.get(ann, include=["notes"])
    assert [note.title for note in found.recent_notes] == ["Note 4", "Note 3", "Note 2"]
    assert [note.title async for note in leadlex.contacts.iter_notes(ann, per_page=2)] == [
        f"Note {number}" for number in (4, 3, 2, 1, 0)
    ]
    everything = await leadlex.contacts.get(ann, include=["*"])
    assert (len(everything.recent_notes), everything.open_tasks, everything.open_deals) == (3, (), ())


async def test_many_at_once(leadlex: LeadLex) -> None:
    """One bad row refuses all; a dry run only counts; unknown ids are counted, not refused."""
    with pytest.raises(ValidationError):
        await leadlex.contacts.create_many([{"full_name": "Ann"}, {"full_name": ""}])
    assert (await leadlex.contacts.list()).total == 0
    made = await leadlex.contacts.create_many([{"full_name": "Ann"}, {"full_name": "Bo", "tags": ["VIP"]}])
    ids = [*(contact.id for contact in made.contacts), "nobody"]
    for dry in (True, False):
        deleted = await leadlex.contacts.delete_many(ids, dry_run=dry)
        assert (deleted.deleted_count, deleted.not_found_count, deleted.errors) == (2, 1, ())
    assert (await leadlex.contacts.list()).total == 0


async def test_a_replayed_deletion_is_the_first_one(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """The same key within 24 hours gets the same answer, with another payload a conflict; later it is a new call."""
    ids = await named(leadlex, "Ann", "Bo")
    first = await leadlex.contacts.delete_many(ids, idempotency_key="k")
    assert await leadlex.contacts.delete_many(ids, idempotency_key="k") == first
    with pytest.raises(Conflict) as caught:
        await leadlex.contacts.delete_many(ids[:1], idempotency_key="k")
    assert caught.value.code == "idempotency_conflict"
    sandbox.advance(24 * 3600)
    assert (await leadlex.contacts.delete_many(ids, idempotency_key="k")).not_found_count == 2


async def test_merging(leadlex: LeadLex) -> None:
    """Duplicates fill what is empty, hand over what is theirs, and are gone."""
    ann = (await leadlex.contacts.create(full_name="Ann Lee", tags=["VIP"])).id
    double = (await leadlex.contacts.create(full_name="A. Lee", email="ann@example.com", tags=["Basel"])).id
    await leadlex.contacts.create_note(double, title="Call")
    fair = await leadlex.lists.create(name="Fair")
    await leadlex.lists.add_contacts(fair.id, [double])
    planned = await leadlex.contacts.merge(ann, [double], dry_run=True)
    assert (await leadlex.contacts.get(double)).full_name == "A. Lee"
    merged = await leadlex.contacts.merge(ann, [double])
    assert merged == planned
    assert (merged.primary.email, merged.primary.full_name) == ("ann@example.com", "Ann Lee")
    assert (merged.merged_ids, merged.fields_populated) == ((double,), ("email", "tags"))
    assert (merged.counts.notes, merged.counts.list_memberships, merged.counts.tasks) == (1, 1, 0)
    assert [note.title async for note in leadlex.contacts.iter_notes(ann)] == ["Call"]
    assert [contact.id async for contact in leadlex.contacts.iter(list_id=fair.id)] == [ann]
    assert (await leadlex.contacts.get(ann)).tags == ("VIP", "Basel")
    with pytest.raises(NotFound):
        await leadlex.contacts.get(double)


async def test_merging_may_overwrite(leadlex: LeadLex) -> None:
    """The first duplicate that has a value wins."""
    ann, second, third = await named(leadlex, "Ann Lee", "Ann Lee-Roth", "Anna")
    await leadlex.contacts.merge(ann, [second, third], overwrite=True)
    assert (await leadlex.contacts.get(ann)).full_name == "Ann Lee-Roth"
    with pytest.raises(ValidationError):
        await leadlex.contacts.merge(ann, [ann])
    with pytest.raises(NotFound):
        await leadlex.contacts.merge(ann, ["nobody"])


async def test_rows_are_imported(leadlex: LeadLex) -> None:
    """Known ones are skipped or changed, bad ones are told, tags go on all."""
    await leadlex.contacts.create(full_name="Ann Lee", email="Ann@example.com")
    rows: list[ops.NewContact] = [{"email": "ann@example.com", "phone": "1"}, {"full_name": "Bo"}, {"phone": "2"}]
    done = await leadlex.contacts.import_rows(rows, tags=["Fair"])
    assert (done.status, done.created_count, done.updated_count, done.skipped_count) == ("completed", 1, 0, 1)
    assert [(fault.row_number, fault.code) for fault in done.errors] == [(3, "validation_error")]
    done = await leadlex.contacts.import_rows(rows[:1], update_existing=True)
    assert (done.created_count, done.updated_count) == (0, 1)
    found = {contact.full_name: contact.phone async for contact in leadlex.contacts.iter()}
    assert found == {"Ann Lee": "1", "Bo": None}


async def test_csv_is_imported(leadlex: LeadLex) -> None:
    """By its column names, by a mapping of them, or by their numbers."""
    text = 'Name,Mail,Shoes\n"Lee, Ann",ann@example.com,38\nBo,,\n'
    done = await leadlex.contacts.import_csv(text, mapping={"Name": "full_name", "Mail": "email"})
    assert done.created_count == 2
    done = await leadlex.contacts.import_csv("Cy Roth\r\n", has_header=False, mapping={"0": "full_name"})
    assert done.created_count == 1
    assert {contact.full_name async for contact in leadlex.contacts.iter()} == {"Ann Lee", "Bo", "Cy Roth"}
    assert (await leadlex.companies.import_csv("name,domain\nLee AG,lee.example\n")).created_count == 1
    done = await leadlex.companies.import_rows([{"name": "Lee", "domain": "LEE.example"}, {"name": "Roth"}])
    assert (done.created_count, done.skipped_count) == (1, 1)


async def test_a_large_import_is_queued(leadlex: LeadLex) -> None:
    """More than 500 rows: no counts, but the rows come."""
    done = await leadlex.contacts.import_rows([{"full_name": f"Person {n}"} for n in range(501)])
    assert (done.status, done.created_count) == ("queued", 0)
    assert (await leadlex.contacts.list()).total == 501


async def test_an_import_has_a_size(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """20 MB; of CSV text that is known before it is sent."""
    with pytest.raises(ValidationError, match="larger than 20 MB"):
        await leadlex.contacts.import_csv("ä" * 10_000_001)
    assert sandbox.count() == 0
    with pytest.raises(PayloadTooLarge):
        await leadlex.contacts.import_rows([{"full_name": "A" * 20_000_001}])


async def test_the_life_of_a_company(leadlex: LeadLex) -> None:
    """Created, read, found, changed and deleted."""
    made = await leadlex.companies.create(name="Lee AG", industry="Marine Insurance", domain="lee.example")
    await leadlex.companies.create(name="Roth", industry="Law")
    assert [company.id async for company in leadlex.companies.iter(search="LEE")] == [made.id]
    assert [company.id async for company in leadlex.companies.iter(industry="insur")] == [made.id]
    await leadlex.companies.update(made.id, description="Insures ships", tags=["Client"], domain=None)
    found = await leadlex.companies.get(made.id)
    assert (found.description, found.tags, found.domain) == ("Insures ships", ("Client",), None)
    await leadlex.companies.delete(made.id)
    with pytest.raises(NotFound):
        await leadlex.companies.get(made.id)


async def test_the_contacts_of_a_company(leadlex: LeadLex) -> None:
    """Linked, listed, and free again when the company is gone."""
    lee = (await leadlex.companies.create(name="Lee AG")).id
    ann, bo = await named(leadlex, "Ann", "Bo")
    linked = await leadlex.companies.link_contacts(lee, [ann, bo, "nobody"])
    assert (linked.updated, linked.failed) == (2, 1)
    assert [contact.company async for contact in leadlex.companies.iter_contacts(lee)] == ["Lee AG", "Lee AG"]
    note = await leadlex.companies.create_note(lee, title="Offer", note_type="meeting", tags=["Q3"])
    assert (note.note_type, note.tags) == ("meeting", ("Q3",))
    assert [note.title async for note in leadlex.companies.iter_notes(lee)] == ["Offer"]
    assert (await leadlex.companies.list_deals(lee)).items == []
    await leadlex.companies.delete(lee)
    assert (await leadlex.contacts.get(ann)).related_company_id is None
    with pytest.raises(NotFound):
        await leadlex.companies.link_contacts(lee, [ann])
