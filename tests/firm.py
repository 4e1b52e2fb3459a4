"""A small law firm, made through the client: one record of every kind, each linked to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadlex_async import LeadLex
    from leadlex_async.sandbox import Sandbox


async def found(leadlex: LeadLex, sandbox: Sandbox) -> dict[str, str]:
    """Make it and tell the ids by the first word of the paths they belong to."""
    company = await leadlex.companies.create(name="Lee AG", domain="lee.example", industry="Insurance")
    contact = await leadlex.contacts.create(
        full_name="Ann Lee", email="ann@lee.example", related_company_id=company.id, tags=["VIP"]
    )
    deal = await leadlex.deals.create(
        name="Retainer", contact_id=contact.id, related_company_id=company.id, estimated_value=85_000
    )
    fair = await leadlex.lists.create(name="Fair")
    await leadlex.lists.add_contacts(fair.id, [contact.id])
    task = await leadlex.tasks.create(title="Send the offer", contact_id=contact.id, deal_id=deal.id)
    note = await leadlex.notes.create(title="Call", content="Wants an offer", contact_id=contact.id)
    activity = await leadlex.activities.create(type="call", title="Call", contact_id=contact.id, deal_id=deal.id)
    campaign = await leadlex.campaigns.create(name="Autumn", list_id=fair.id, template="Hi {{name}}")
    step = await leadlex.campaigns.create_step(campaign.id, subject="Hello", body="<p>Hello</p>")
    document = await leadlex.documents.create(name="NDA.pdf", mime_type="application/pdf", storage_path="/a/nda.pdf")
    await leadlex.documents.link(document.id, entity_type="contact", entity_id=contact.id, role="contract")
    mail = await leadlex.email.send(
        to="ann@lee.example", subject="Offer", body_text="Here it is.", contact_id=contact.id, deal_id=deal.id
    )
    event = sandbox.add_event(
        title="Lunch", start_time="2030-01-01T12:00:00Z", end_time="2030-01-01T13:00:00Z", contact_ids=[contact.id]
    )
    chat = await leadlex.lexi.chat("How many contacts are there?")
    webhook = await leadlex.webhooks.create(url="https://hooks.example.com/leadlex", events=["contact.created"])
    workflow = await leadlex.workflows.create(
        name="Won deals",
        condition_entity="deal",
        condition_field="status",
        condition_operator="changed_to",
        condition_value="won",
        action_type="create_task",
        action_config={"title": "Say thanks"},
    )
    key = await leadlex.api_keys.create(name="Nightly", permissions=["read:contacts"])
    return {
        "activities": activity.id,
        "api-keys": key.id,
        "calendar": event,
        "campaigns": campaign.id,
        "companies": company.id,
        "contacts": contact.id,
        "deals": deal.id,
        "documents": document.id,
        "email": mail.thread_id or "",
        "lexi": chat.conversation_id or "",
        "lists": fair.id,
        "notes": note.id,
        "steps": step.id,
        "tasks": task.id,
        "webhooks": webhook.id,
        "workflows": workflow.id,
    }
