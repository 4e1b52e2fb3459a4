"""A whole firm on the sandbox: what one resource does shows in the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from firm import found

from leadlex_async import LeadLex, NotFound, PermissionDenied

if TYPE_CHECKING:
    from leadlex_async.sandbox import Sandbox


async def test_everything_about_a_contact(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Notes, tasks, deals, documents, mails and a timeline, each made by its own resource."""
    ids = await found(leadlex, sandbox)
    contact = await leadlex.contacts.get(ids["contacts"], include=["*"])
    assert [note.title for note in contact.recent_notes] == ["Call"]
    assert [task.title for task in contact.open_tasks] == ["Send the offer"]
    assert [deal.id for deal in contact.open_deals] == [ids["deals"]]
    assert [each.id async for each in leadlex.contacts.iter_documents(ids["contacts"], role="contract")] == [
        ids["documents"]
    ]
    timeline = [str(each.type) async for each in leadlex.contacts.iter_activities(ids["contacts"])]
    assert sorted(timeline) == ["call", "email_sent"]
    assert [each.id async for each in leadlex.companies.iter_contacts(ids["companies"])] == [ids["contacts"]]
    assert [each.id async for each in leadlex.companies.iter_deals(ids["companies"])] == [ids["deals"]]
    assert await leadlex.tags.list() == ["VIP"]
    assert [row["full_name"] async for row in leadlex.contacts.export(list_id=ids["lists"])] == ["Ann Lee"]
    assert (await leadlex.stats.pipeline()).total == 1


async def test_what_is_deleted_leaves_no_trace(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """What was about it stays, without it."""
    ids = await found(leadlex, sandbox)
    await leadlex.contacts.delete(ids["contacts"])
    await leadlex.companies.delete(ids["companies"])
    assert (await leadlex.notes.get(ids["notes"])).contact_id is None
    assert (await leadlex.tasks.get(ids["tasks"])).contact_id is None
    deal = await leadlex.deals.get(ids["deals"])
    assert (deal.main_contact_id, deal.related_company_id) == (None, None)
    (fair,) = await leadlex.lists.list()
    assert fair.contact_count == 0
    with pytest.raises(NotFound):
        await leadlex.contacts.get(ids["contacts"])


async def test_a_key_may_do_what_it_was_made_for(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """In any of the API's three vocabularies, and what was written is in the audit log."""
    ids = await found(leadlex, sandbox)
    for permission in ("read:contacts", "contacts:read", "read"):
        async with LeadLex(sandbox.add_key(permission), base_url=sandbox.url) as limited:
            assert (await limited.contacts.get(ids["contacts"])).full_name == "Ann Lee"
            with pytest.raises(PermissionDenied, match="Missing required permission"):
                await limited.contacts.update(ids["contacts"], phone="1")
    written = [log async for log in leadlex.audit_logs.iter(resource_type="contacts")]
    assert [(log.action, log.resource_id) for log in written] == [("create", ids["contacts"])]
