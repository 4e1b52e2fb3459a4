"""Which events each operation of the sandbox brings about, as the guide to webhooks and the pages have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from leadlex_async import LeadLex

Do: TypeAlias = "Callable[[LeadLex, Mapping[str, str]], Awaitable[object]]"

EVENTS: list[tuple[str, Do, list[tuple[str, str]]]] = [
    (
        "POST /v1/contacts",
        lambda api, _: api.contacts.create(full_name="Ben Roth"),
        [("contact.created", "contact")],
    ),
    (
        "PATCH /v1/contacts/{id}",
        lambda api, ids: api.contacts.update(ids["contacts"], phone="1"),
        [("contact.updated", "contact changed_fields")],
    ),
    (
        "DELETE /v1/contacts/{id}",
        lambda api, ids: api.contacts.delete(ids["contacts"]),
        [("contact.deleted", "contact_id")],
    ),
    (
        "POST /v1/contacts/{id}/tags",
        lambda api, ids: api.contacts.add_tags(ids["contacts"], ["Basel"]),
        [("contact.updated", "contact changed_fields")],
    ),
    (
        "POST /v1/contacts/{id}/notes",
        lambda api, ids: api.contacts.create_note(ids["contacts"], title="Call", content="Long"),
        [("note.created", "note")],
    ),
    (
        "POST /v1/contacts/bulk",
        lambda api, _: api.contacts.create_many([{"full_name": "Ben Roth"}, {"full_name": "Cyd Frey"}]),
        [("contact.bulk_created", "contacts count")],
    ),
    (
        "POST /v1/contacts/bulk-delete",
        lambda api, ids: api.contacts.delete_many([ids["contacts"], "unknown"]),
        [("contact.deleted", "contact_id")],
    ),
    (
        "POST /v1/import/contacts",
        lambda api, _: api.contacts.import_rows([{"full_name": "Ben Roth"}]),
        [("import.completed", "job_id status created_count updated_count skipped_count errors")],
    ),
    (
        "POST /v1/prospects/save",
        lambda api, ids: api.prospects.save([{"name": "Ben Roth"}], list_id=ids["lists"]),
        [("contact.bulk_created", "contacts count"), ("list.contacts_added", "list_id contact_ids count")],
    ),
    (
        "POST /v1/companies",
        lambda api, _: api.companies.create(name="Roth AG"),
        [("company.created", "company")],
    ),
    (
        "PATCH /v1/companies/{id}",
        lambda api, ids: api.companies.update(ids["companies"], city="Basel"),
        [("company.updated", "company changed_fields")],
    ),
    (
        "DELETE /v1/companies/{id}",
        lambda api, ids: api.companies.delete(ids["companies"]),
        [("company.deleted", "company_id")],
    ),
    (
        "POST /v1/companies/{id}/contacts/link",
        lambda api, ids: api.companies.link_contacts(ids["companies"], [ids["contacts"], "unknown"]),
        [("contact.updated", "contact changed_fields")],
    ),
    (
        "POST /v1/companies/{id}/notes",
        lambda api, ids: api.companies.create_note(ids["companies"], title="Call", content="Long"),
        [("note.created", "note")],
    ),
    ("POST /v1/deals", lambda api, _: api.deals.create(name="Suit"), [("deal.created", "deal")]),
    (
        "PATCH /v1/deals/{id}",
        lambda api, ids: api.deals.update(ids["deals"], estimated_value=1),
        [("deal.updated", "deal changed_fields")],
    ),
    ("DELETE /v1/deals/{id}", lambda api, ids: api.deals.delete(ids["deals"]), [("deal.deleted", "deal_id")]),
    (
        "POST /v1/deals/bulk",
        lambda api, _: api.deals.create_many([{"name": "Suit"}, {"name": "Will"}]),
        [("deal.bulk_created", "deals count")],
    ),
    (
        "PATCH /v1/deals/bulk",
        lambda api, ids: api.deals.update_many([ids["deals"], "unknown"], {"priority": "high"}),
        [("deal.bulk_updated", "deals count changed_fields")],
    ),
    (
        "POST /v1/deals/bulk-delete",
        lambda api, ids: api.deals.delete_many([ids["deals"], "unknown"]),
        [("deal.deleted", "deal_id")],
    ),
    (
        "POST /v1/deals/{id}/notes",
        lambda api, ids: api.deals.create_note(ids["deals"], title="Call", content="Long"),
        [("note.created", "note")],
    ),
    ("POST /v1/lists", lambda api, _: api.lists.create(name="Guests"), [("list.created", "list")]),
    ("DELETE /v1/lists/{id}", lambda api, ids: api.lists.delete(ids["lists"]), [("list.deleted", "list_id")]),
    (
        "DELETE /v1/lists/{list_id}/contacts/{contact_id}",
        lambda api, ids: api.lists.remove_contact(ids["lists"], ids["contacts"]),
        [("list.contacts_removed", "list_id contact_ids count")],
    ),
    (
        "POST /v1/lists/{id}/contacts",
        lambda api, ids: api.lists.add_contacts(ids["lists"], [ids["known"]]),
        [("list.contacts_added", "list_id contact_ids count")],
    ),
    (
        "POST /v1/campaigns",
        lambda api, ids: api.campaigns.create(name="Spring", list_id=ids["lists"], template="Hi"),
        [("campaign.created", "campaign")],
    ),
    (
        "DELETE /v1/campaigns/{id}",
        lambda api, ids: api.campaigns.delete(ids["campaigns"]),
        [("campaign.deleted", "campaign_id")],
    ),
    (
        "POST /v1/campaigns/{id}/start",
        lambda api, ids: api.campaigns.start(ids["campaigns"]),
        [("campaign.started", "campaign")],
    ),
    (
        "POST /v1/campaigns/{id}/steps",
        lambda api, ids: api.campaigns.create_step(ids["campaigns"], subject="Again", body="Hi"),
        [("campaign.step_created", "campaign_id step")],
    ),
    (
        "POST /v1/campaigns/{id}/contacts",
        lambda api, ids: api.campaigns.add_contacts(ids["campaigns"], [ids["contacts"]]),
        [("campaign.contacts_added", "campaign_id contact_ids count")],
    ),
    (
        "POST /v1/activities",
        lambda api, _: api.activities.create(type="call"),
        [("activity.created", "activity")],
    ),
    (
        "POST /v1/tasks",
        lambda api, ids: api.tasks.create(title="Call", contact_id=ids["contacts"]),
        [("task.created", "task")],
    ),
    (
        "PATCH /v1/tasks/{id}",
        lambda api, ids: api.tasks.update(ids["tasks"], status="completed"),
        [("task.updated", "task changed_fields"), ("task.completed", "task")],
    ),
    (
        "POST /v1/notes",
        lambda api, ids: api.notes.create(title="Call", content="Long", contact_id=ids["contacts"]),
        [("note.created", "note")],
    ),
    (
        "POST /v1/documents",
        lambda api, _: api.documents.create(name="a.pdf", mime_type="application/pdf", storage_path="/a/b.pdf"),
        [("document.created", "document")],
    ),
    (
        "DELETE /v1/documents/{id}",
        lambda api, ids: api.documents.delete(ids["documents"]),
        [("document.deleted", "document_id")],
    ),
    (
        "POST /v1/email/send",
        lambda api, _: api.email.send(to="ben@example.com", subject="Hi", body_text="Hi"),
        [("email.sent", "message_id thread_id to")],
    ),
    ("POST /v1/email/sync", lambda api, _: api.email.sync(), [("email.sync.completed", "job_id mode")]),
    ("POST /v1/calendar/sync", lambda api, _: api.calendar.sync(), [("calendar.sync.completed", "job_id mode")]),
    (
        "POST /v1/enrich/contact",
        lambda api, ids: api.enrich.contact(contact_id=ids["known"]),
        [("contact.enriched", "contact enriched_fields")],
    ),
    (
        "POST /v1/enrich/company",
        lambda api, _: api.enrich.company(domain="example.com"),
        [("company.created", "company"), ("company.enriched", "company enriched_fields")],
    ),
    (
        "POST /v1/scan/business-card",
        lambda api, _: api.enrich.business_card(image_url="https://example.org/card.png", create_contact=True),
        [("contact.created", "contact")],
    ),
]
"""What is called, and which events with which data it brings about."""

SEPARATELY = {
    "POST /v1/contacts/merge",
    "POST /v1/campaigns/{id}/pause",
    "POST /v1/lexi/tasks/{id}/approve",
    "POST /v1/lexi/tasks/{id}/dismiss",
    "POST /v1/lexi/chat",
}
"""Writes whose events have a test of their own."""

SILENT = (
    "PATCH /v1/campaigns/{id}",
    "PATCH /v1/campaigns/{id}/steps/{step_id}",
    "DELETE /v1/campaigns/{id}/steps/{step_id}",
    "DELETE /v1/campaigns/{id}/contacts/{contact_id}",
    "POST /v1/import/companies",
    "PATCH /v1/notes/{id}",
    "DELETE /v1/notes/{id}",
    "DELETE /v1/tasks/{id}",
    "POST /v1/documents/{id}/link",
    "POST /v1/channels/send",
    "POST /v1/enrich/email",
    "POST /v1/lexi/chat/stream",
)
"""Writes that no list has an event for; so are all of ``QUIET``."""

QUIET = ("ai", "lexi", "api-keys", "webhooks", "workflows", "prospector", "prospects", "email")
"""Groups of paths whose other writes have no event either."""
