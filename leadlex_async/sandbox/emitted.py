"""Which events a write brings about: by its operation, out of its answer and of what was there before.

What also comes about without a call of the API is not here: launches, synchronizations, imports, mail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ..resources import (
    activities,
    campaigns,
    companies,
    contacts,
    deals,
    documents,
    email,
    enrich,
    lists,
    notes,
    prospects,
    tasks,
)
from .records import Record, pick
from .writes import created, created_many, deleted, deleted_many, members, updated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._http.wire import JSONValue
    from .writes import Event, Told, Write

_DEAL = ("id", "name", "stage", "status")


def _tagged(write: Write) -> Iterable[Event]:
    contact: Record = {"id": write.record["contact_id"], "tags": write.record["tags"]}
    yield "contact.updated", {"contact": contact, "changed_fields": ["tags"]}


def _merged(write: Write) -> Iterable[Event]:
    for gone in write.before:
        if gone not in write.store.contacts:
            yield "contact.merged", {"contact": write.record["primary"], "merged_contact_id": gone}


def _linked(write: Write) -> Iterable[Event]:
    for each in write.before:
        contact = pick(write.store.contacts.rows[each], ("id", "full_name", "related_company_id"))
        yield "contact.updated", {"contact": contact, "changed_fields": ["related_company_id"]}


def _saved(write: Write) -> Iterable[Event]:
    rows = cast("list[Record]", write.record["contacts"])
    yield from created_many("contact", write.record["contacts"])
    if rows and write.call.text("list_id"):
        ids: list[JSONValue] = [row["id"] for row in rows]
        yield "list.contacts_added", {"list_id": write.call.text("list_id"), "contact_ids": ids, "count": len(ids)}


def _scanned(write: Write) -> Iterable[Event]:
    made = write.record["contact_id"]
    if made is not None:
        contact = pick(write.store.contacts.rows[str(made)], ("id", "full_name", "email", "created_date"))
        yield "contact.created", {"contact": contact}


def _enriched(kind: str) -> Told:
    def told(write: Write) -> Iterable[Event]:
        record = cast("Record", write.record[kind])
        if kind == "company" and record["id"] not in write.before:
            yield "company.created", {kind: pick(record, ("id", "name", "domain"))}
        if write.record["fields_updated"]:
            yield f"{kind}.enriched", {kind: record, "enriched_fields": write.record["fields_updated"]}

    return told


def _deal_updated(write: Write) -> Iterable[Event]:
    yield "deal.updated", {"deal": write.record, "changed_fields": write.fields}
    yield from _moved(write)


def _deals_updated(write: Write) -> Iterable[Event]:
    rows: list[JSONValue] = [pick(write.store.deals.rows[each], _DEAL) for each in write.before]
    if rows:
        fields: list[JSONValue] = [*write.call.mapping("updates")]
        yield "deal.bulk_updated", {"deals": rows, "count": len(rows), "changed_fields": fields}
    yield from _moved(write)


def _moved(write: Write) -> Iterable[Event]:
    """What became of deals beyond new values: another stage, won, lost."""
    for each, old in write.before.items():
        deal = pick(write.store.deals.rows[each], _DEAL)
        if deal["stage"] != old["stage"]:
            yield "deal.stage_changed", {"deal": deal, "from_stage_id": old["stage"], "to_stage_id": deal["stage"]}
        if deal["status"] != old["status"] and deal["status"] in {"won", "lost"}:
            yield f"deal.closed_{deal['status']}", {"deal": deal}


def _todo_updated(write: Write) -> Iterable[Event]:
    yield "task.updated", {"task": write.record, "changed_fields": write.fields}
    done = write.record["status"] == "completed"
    if done and any(old["status"] != "completed" for old in write.before.values()):
        yield "task.completed", {"task": write.record}


def _left(write: Write) -> Iterable[Event]:
    at = write.call.arguments
    yield "list.contacts_removed", {"list_id": at["list_id"], "contact_ids": [at["contact_id"]], "count": 1}


def _step_created(write: Write) -> Iterable[Event]:
    yield "campaign.step_created", {"campaign_id": write.call.arguments["id"], "step": write.record}


def _sent(write: Write) -> Iterable[Event]:
    to = write.call.body["to"]
    people: list[JSONValue] = to if isinstance(to, list) else [to]
    yield "email.sent", {"message_id": write.record["id"], "thread_id": write.record["thread_id"], "to": people}


EMITTED: Mapping[str, Told] = {
    contacts.CREATE.label: created("contact"),
    contacts.UPDATE.label: updated("contact"),
    contacts.DELETE.label: deleted("contact"),
    contacts.ADD_TAGS.label: _tagged,
    contacts.CREATE_NOTE.label: created("note"),
    contacts.CREATE_MANY.label: lambda write: created_many("contact", write.record["contacts"]),
    contacts.DELETE_MANY.label: deleted_many("contact", lambda store: store.contacts),
    contacts.MERGE.label: _merged,
    prospects.SAVE.label: _saved,
    enrich.BUSINESS_CARD.label: _scanned,
    enrich.CONTACT.label: _enriched("contact"),
    enrich.COMPANY.label: _enriched("company"),
    companies.CREATE.label: created("company"),
    companies.UPDATE.label: updated("company"),
    companies.DELETE.label: deleted("company"),
    companies.LINK_CONTACTS.label: _linked,
    companies.CREATE_NOTE.label: created("note"),
    deals.CREATE.label: created("deal"),
    deals.UPDATE.label: _deal_updated,
    deals.DELETE.label: deleted("deal"),
    deals.CREATE_MANY.label: lambda write: created_many("deal", write.told),
    deals.UPDATE_MANY.label: _deals_updated,
    deals.DELETE_MANY.label: deleted_many("deal", lambda store: store.deals),
    deals.CREATE_NOTE.label: created("note"),
    lists.CREATE.label: created("list"),
    lists.DELETE.label: deleted("list"),
    lists.ADD_CONTACTS.label: members("list.contacts_added", "list"),
    lists.REMOVE_CONTACT.label: _left,
    campaigns.CREATE.label: created("campaign"),
    campaigns.DELETE.label: deleted("campaign"),
    campaigns.CREATE_STEP.label: _step_created,
    campaigns.ADD_CONTACTS.label: members("campaign.contacts_added", "campaign"),
    activities.CREATE.label: created("activity"),
    tasks.CREATE.label: created("task"),
    tasks.UPDATE.label: _todo_updated,
    notes.CREATE.label: created("note"),
    documents.CREATE.label: created("document"),
    documents.DELETE.label: deleted("document"),
    email.SEND.label: _sent,
}
"""What is told of an operation."""
