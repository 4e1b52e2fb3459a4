"""Deals, pipelines, tasks and notes of the sandbox, through the client."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

import aiohttp
import pytest

from leadlex_async import AmbiguousReference, Conflict, LeadLex, NotFound, PermissionDenied, ValidationError
from leadlex_async.models.deals import DealStatus
from leadlex_async.models.tasks import TaskStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from leadlex_async._http.wire import JSONValue
    from leadlex_async.resources.deals import DealFilters
    from leadlex_async.resources.notes import NoteFilters
    from leadlex_async.resources.tasks import TaskFilters
    from leadlex_async.sandbox import Sandbox

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=400)
LAST_YEAR = NOW - timedelta(days=300)

Ask: TypeAlias = "Callable[[LeadLex], Awaitable[object]]"

BAD_DEALS: list[tuple[Ask, str]] = [
    (lambda api: api.deals.create(name=""), "name"),
    (lambda api: api.deals.create(name="D", contact_id="nobody"), "contact_id"),
    (lambda api: api.deals.create(name="D", related_company_id="nothing"), "related_company_id"),
    (lambda api: api.deals.create(name="D", probability=101), "probability"),
    (lambda api: api.deals.create(name="D", probability=-1), "probability"),
    (lambda api: api.deals.create(name="D", status=DealStatus.OPEN), "status"),
    (lambda api: api.deals.create_many([{"name": "D"}, {"name": ""}]), "deals[1].name"),
    (lambda api: api.deals.create_many([{"name": "D"}, {"name": "E", "contact_id": "x"}]), "contact_id"),
    (lambda api: api.deals.list(status=DealStatus.OPEN), "status"),
    (lambda api: api.deals.list(page=0), "page"),
]
FORBIDDEN: list[Ask] = [
    lambda api: api.deals.list(),
    lambda api: api.deals.create(name="D"),
    lambda api: api.deals.delete_many(["x"]),
    lambda api: api.pipelines.list(),
    lambda api: api.tasks.list(),
    lambda api: api.notes.create(title="N", deal_id="x"),
    lambda api: api.deals.list_documents("x"),
]


async def refused(sandbox: Sandbox, method: str, path: str, body: object) -> tuple[int, str]:
    """Status and code of a refusal that the client would not let it come to."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, sandbox.url + path, json=body) as response,
    ):
        return response.status, (await response.json())["error"]["code"]


async def missing(*calls: Awaitable[object]) -> list[str | None]:
    """The codes of calls that must not find their record."""
    codes: list[str | None] = []
    for call in calls:
        with pytest.raises(NotFound) as caught:
            await call
        codes.append(caught.value.code)
    return codes


def an_event(sandbox: Sandbox, title: str = "Closing dinner") -> str:
    """The id of a new event in the calendar."""
    return str(sandbox.store.events.add(sandbox.now(), {"title": title})["id"])


async def test_the_life_of_a_deal(leadlex: LeadLex) -> None:
    """Created, read, changed and deleted; then it is not there any more."""
    made = await leadlex.deals.create(name="Retainer")
    assert (made.name, made.status, made.stage, made.owner_user_id) == ("Retainer", "active", None, None)
    assert (made.tags, made.updated_at, made.closed_date) == ((), None, None)
    changed = await leadlex.deals.update(made.id, estimated_value=75_000, tags=["key"], priority="high")
    assert (changed.name, changed.estimated_value, changed.tags) == ("Retainer", 75_000, ("key",))
    assert changed.updated_at is not None
    assert (await leadlex.deals.update(made.id, tags=["new"], priority=None)).tags == ("new",)
    found = await leadlex.deals.get(made.id)
    assert (found.priority, found.estimated_value, found.tags) == (None, 75_000, ("new",))
    assert (await leadlex.deals.delete(made.id)).id == made.id
    assert await missing(leadlex.deals.get(made.id)) == ["deal_not_found"]


async def test_a_deal_is_read_by_other_names(leadlex: LeadLex) -> None:
    """What is written as ``contact_id``, ``owner_id``, ``deal_type`` and so on."""
    ann = (await leadlex.contacts.create(full_name="Ann Lee")).id
    lee = (await leadlex.companies.create(name="Lee AG")).id
    made = await leadlex.deals.create(
        name="Retainer",
        contact_id=ann,
        owner_id="usr-1",
        deal_type="employment",
        description="Two years",
        follow_up_date=date(2026, 5, 4),
        related_company_id=lee,
        fee_model="fixed",
        currency="CHF",
        notes="Said at the fair",
        team_member_ids=["usr-2"],
    )
    assert (made.main_contact_id, made.owner_user_id, made.matter_type) == (ann, "usr-1", "employment")
    assert (made.high_level_description, made.next_follow_up_date) == ("Two years", "2026-05-04")
    assert (made.related_company_id, made.fee_model, made.currency) == (lee, "fixed", "CHF")
    freed = await leadlex.deals.update(made.id, contact_id=None, owner_id="usr-3", description=None)
    assert (freed.main_contact_id, freed.owner_user_id, freed.high_level_description) == (None, "usr-3", None)
    assert (freed.matter_type, freed.related_company_id) == ("employment", lee)


async def test_one_deal_in_the_words_of_its_page(leadlex: LeadLex) -> None:
    """Reading one deal says ``open``, slugs and whole percents where the list says ``active``, names and numbers."""
    made = await leadlex.deals.create(name="Retainer", pipeline="Sales", stage="Closed Won", probability=62.5)
    (listed,) = (await leadlex.deals.list()).items
    assert listed == made
    assert (listed.status, listed.pipeline, listed.stage) == (DealStatus.ACTIVE, "Sales", "Closed Won")
    assert listed.probability == 62.5
    found = await leadlex.deals.get(made.id)
    assert (found.status, found.pipeline, found.stage) == (DealStatus.OPEN, "sales", "closed_won")
    assert found.probability == 62
    await leadlex.deals.update(made.id, status="lost")
    assert (await leadlex.deals.get(made.id)).status == DealStatus.LOST


async def test_a_decided_deal_is_closed(leadlex: LeadLex) -> None:
    """Winning or losing dates the end unless the caller does; reopening takes it off."""
    made = await leadlex.deals.create(name="Retainer", status="won")
    assert made.closed_date is not None
    assert (await leadlex.deals.update(made.id, status="lost")).closed_date == made.closed_date
    assert (await leadlex.deals.update(made.id, status="active")).closed_date is None
    assert (await leadlex.deals.update(made.id, stage="Proposal")).closed_date is None
    told = await leadlex.deals.update(made.id, status="won", closed_date=date(2026, 3, 1))
    assert told.closed_date == "2026-03-01"
    assert (await leadlex.deals.update(made.id, estimated_value=1)).closed_date == "2026-03-01"


@pytest.mark.parametrize(
    "filters",
    [
        {"status": "won"},
        {"status": DealStatus.WON},
        {"pipeline": "Mandates"},
        {"stage": "Engagement Letter"},
        {"owner_user_id": "usr-1"},
        {"tags": "key"},
        {"created_before": LAST_YEAR},
        {"created_after": LONG_AGO - timedelta(days=1), "created_before": LAST_YEAR, "status": "won"},
        {"updated_after": NOW},
    ],
    ids=str,
)
async def test_deals_are_filtered(leadlex: LeadLex, sandbox: Sandbox, filters: DealFilters) -> None:
    """Each filter, and several together, leave the one deal that fits."""
    wanted = await leadlex.deals.create(
        name="Retainer",
        status="won",
        pipeline="Mandates",
        stage="Engagement Letter",
        owner_id="usr-1",
        tags=["key", "Basel"],
        created_date=LONG_AGO,
    )
    other = await leadlex.deals.create(name="Audit", pipeline="Sales", stage="Lead", owner_id="usr-2", tags=["Bern"])
    sandbox.advance(3600)
    await leadlex.deals.update(wanted.id, priority="low")
    assert [deal.id async for deal in leadlex.deals.iter(**filters)] == [wanted.id]
    assert [deal.id async for deal in leadlex.deals.iter()] == [wanted.id, other.id]


async def test_the_deals_of_a_contact(leadlex: LeadLex) -> None:
    """By the main contact; a recent creation date narrows as well."""
    ann = (await leadlex.contacts.create(full_name="Ann Lee")).id
    old = await leadlex.deals.create(name="Old", contact_id=ann, created_date=LONG_AGO)
    new = await leadlex.deals.create(name="New", contact_id=ann)
    await leadlex.deals.create(name="Other")
    assert [deal.id async for deal in leadlex.deals.iter(contact_id=ann)] == [old.id, new.id]
    assert [deal.id async for deal in leadlex.deals.iter(contact_id=ann, created_after=LAST_YEAR)] == [new.id]
    assert [deal.id async for deal in leadlex.deals.iter(contact_id="nobody")] == []


async def test_deals_are_paged(leadlex: LeadLex) -> None:
    """50 to a page, at most 100."""
    for _ in range(3):
        await leadlex.deals.create_many([{"name": f"Deal {number}"} for number in range(50)])
    first, large = await leadlex.deals.list(), await leadlex.deals.list(page=2, per_page=500)
    assert (len(first), first.per_page, first.total) == (50, 50, 150)
    assert (len(large), large.page, large.per_page) == (50, 2, 100)
    assert len({deal.id async for deal in leadlex.deals.iter()}) == 150


@pytest.mark.parametrize(("create", "field"), BAD_DEALS)
async def test_bad_deals_are_refused(leadlex: LeadLex, create: Ask, field: str) -> None:
    """With the field that is wrong; one bad row refuses all."""
    with pytest.raises(ValidationError) as caught:
        await create(leadlex)
    assert (caught.value.status, caught.value.code, [*caught.value.fields]) == (400, "validation_error", [field])
    assert (await leadlex.deals.list()).total == 0


async def test_a_bad_change_changes_nothing(leadlex: LeadLex) -> None:
    """A deal keeps its contact when the new one is unknown."""
    made = await leadlex.deals.create(name="Retainer")
    with pytest.raises(ValidationError):
        await leadlex.deals.update(made.id, name="Audit", contact_id="nobody")
    with pytest.raises(ValidationError):
        await leadlex.deals.update_many([made.id], {"name": "Audit", "contact_id": "nobody"})
    assert (await leadlex.deals.list()).items == [made]


async def test_unknown_deals(leadlex: LeadLex) -> None:
    """Two codes for the same thing, by page."""
    deals = leadlex.deals
    assert await missing(deals.get("x"), deals.delete("x")) == ["deal_not_found"] * 2
    assert (
        await missing(
            deals.update("x", name="D"),
            deals.create_note("x", title="N"),
            deals.list_notes("x"),
            deals.list_documents("x"),
        )
        == ["not_found"] * 4
    )


async def test_what_was_about_a_deal_stays(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Notes, tasks and activities of a deleted deal are there, without a deal; its documents are linked no more."""
    deal = (await leadlex.deals.create(name="Retainer")).id
    note = await leadlex.deals.create_note(deal, title="Call")
    task = await leadlex.tasks.create(title="Send", deal_id=deal)
    activity = sandbox.store.activities.add(sandbox.now(), {"type": "call", "deal_id": deal})
    sandbox.store.links.add(sandbox.now(), {"document_id": "doc_1", "entity_type": "deal", "entity_id": deal})
    await leadlex.deals.delete(deal)
    kept = await leadlex.notes.get(note.id)
    assert (kept.deal_id, kept.deal) == (None, None)
    assert (await leadlex.tasks.get(task.id)).deal_id is None
    assert activity["deal_id"] is None
    assert len(sandbox.store.links) == 0


async def test_many_deals_are_created(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """In the order sent, each as if alone; none and too many are refused."""
    first, second = await leadlex.deals.create_many(
        [{"name": "A", "stage": "Lead"}, {"name": "B", "status": "won", "created_date": LONG_AGO}]
    )
    assert (first.name, first.status, first.stage, second.name, second.status) == ("A", "active", "Lead", "B", "won")
    assert second.closed_date is not None
    assert second.created_at == LONG_AGO.replace(microsecond=LONG_AGO.microsecond // 1000 * 1000)
    assert [deal async for deal in leadlex.deals.iter()] == [first, second]
    bodies: list[object] = [{"deals": []}, {"deals": [{"name": "D"}] * 51}, {}]
    for body in bodies:
        assert await refused(sandbox, "POST", "/v1/deals/bulk", body) == (400, "validation_error")


async def test_many_deals_are_changed(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Alike, in the fields that may be; unknown ids are not counted."""
    made = await leadlex.deals.create_many([{"name": "A"}, {"name": "B", "status": "won"}, {"name": "C"}])
    ids = [deal.id for deal in made]
    done = await leadlex.deals.update_many([*ids[:2], "x"], {"status": "won", "stage": "Won", "owner_id": "usr-1"})
    assert done.updated == 2
    first, second, third = (await leadlex.deals.list()).items
    assert (first.status, first.stage, first.owner_user_id, first.name) == ("won", "Won", "usr-1", "A")
    assert first.closed_date is not None
    assert second.closed_date == made[1].closed_date
    assert third == made[2]
    bodies: list[object] = [
        {"deal_ids": ids, "updates": {}},
        {"deal_ids": ids},
        {"deal_ids": [], "updates": {"name": "D"}},
        {"deal_ids": ["x"] * 101, "updates": {"name": "D"}},
    ]
    for body in bodies:
        assert await refused(sandbox, "PATCH", "/v1/deals/bulk", body) == (400, "validation_error")


async def test_many_deals_are_deleted(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """A dry run only counts; unknown ids are counted, not refused."""
    made = await leadlex.deals.create_many([{"name": "A"}, {"name": "B"}, {"name": "C"}])
    note = await leadlex.deals.create_note(made[0].id, title="Call")
    for dry in (True, False):
        done = await leadlex.deals.delete_many([made[0].id, made[1].id, "x"], dry_run=dry)
        assert (done.deleted_count, done.not_found_count, done.errors) == (2, 1, ())
        assert (await leadlex.deals.list()).total == (3 if dry else 1)
    assert (await leadlex.notes.get(note.id)).deal_id is None
    bodies: list[object] = [{"deal_ids": []}, {"deal_ids": ["x"] * 501}, {}]
    for body in bodies:
        answer = await refused(sandbox, "POST", "/v1/deals/bulk-delete", body)
        assert answer == (400, "validation_error")


async def test_a_replayed_deletion_of_deals(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """The same key within 24 hours gets the same answer, with another payload a conflict; later it is a new call."""
    ids = [deal.id for deal in await leadlex.deals.create_many([{"name": "A"}, {"name": "B"}])]
    first = await leadlex.deals.delete_many(ids, idempotency_key="k")
    assert first.deleted_count == 2
    assert await leadlex.deals.delete_many(ids, idempotency_key="k") == first
    with pytest.raises(Conflict) as caught:
        await leadlex.deals.delete_many(ids[:1], idempotency_key="k")
    assert caught.value.code == "idempotency_conflict"
    sandbox.advance(24 * 3600)
    assert (await leadlex.deals.delete_many(ids, idempotency_key="k")).not_found_count == 2


async def test_the_notes_of_a_deal(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Newest first, of up to 10,000 characters, and among all notes."""
    deal = (await leadlex.deals.create(name="Retainer")).id
    old = await leadlex.deals.create_note(deal, title="Call", content="C" * 10_000, created_date=LONG_AGO)
    new = await leadlex.deals.create_note(deal, title="Offer")
    assert (old.title, old.content, new.content) == ("Call", "C" * 10_000, None)
    page = await leadlex.deals.list_notes(deal, per_page=1)
    assert ([note.title for note in page], page.total, page.per_page) == (["Offer"], 2, 1)
    assert [note.id async for note in leadlex.deals.iter_notes(deal)] == [new.id, old.id]
    assert [note.note_type for note in page] == ["general"]
    found = await leadlex.notes.get(old.id)
    assert found.deal is not None
    assert (found.deal_id, found.deal.name) == (deal, "Retainer")
    path = f"/v1/deals/{deal}/notes"
    for body in ({"title": "N", "content": "C" * 10_001}, {"content": "C"}):
        assert await refused(sandbox, "POST", path, body) == (400, "validation_error")


async def test_the_documents_of_a_deal(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """Those linked to it and to nothing else, by role if asked."""
    deal, other = await leadlex.deals.create_many([{"name": "A"}, {"name": "B"}])
    now, store = sandbox.now(), sandbox.store
    for entity, role in ((deal.id, "draft"), (deal.id, "contract"), (other.id, "draft")):
        document = store.documents.add(now, {"name": f"{role}.pdf", "tags": ["spa"], "size_bytes": 5})
        link = {"document_id": document["id"], "entity_type": "deal", "entity_id": entity, "role": role}
        store.links.add(now, link)
    page = await leadlex.deals.list_documents(deal.id)
    assert ([document.name for document in page], page.per_page, page.total) == (["draft.pdf", "contract.pdf"], 25, 2)
    (found,) = [document async for document in leadlex.deals.iter_documents(deal.id, role="contract")]
    assert (found.name, found.role, found.tags, found.size_bytes) == ("contract.pdf", "contract", ("spa",), 5)
    assert found.linked_at is not None


async def test_pipelines(leadlex: LeadLex) -> None:
    """Two, with their stages in order; the last two decide a deal."""
    sales, mandates = await leadlex.pipelines.list()
    assert (sales.name, mandates.name) == ("Sales", "Mandates")
    assert [stage.name for stage in sales.stages] == ["Lead", "Proposal", "Negotiation", "Won", "Lost"]
    for pipeline in (sales, mandates):
        assert [stage.sort_order for stage in pipeline.stages] == [1, 2, 3, 4, 5]
        assert [stage.stage_type for stage in pipeline.stages] == ["open", "open", "open", "won", "lost"]
        assert [stage.probability for stage in pipeline.stages][-2:] == [100, 0]
    assert len({stage.id for pipeline in (sales, mandates) for stage in pipeline.stages}) == 10


async def test_the_life_of_a_task(leadlex: LeadLex) -> None:
    """Created, read, changed and deleted; then it is not there any more."""
    ann = (await leadlex.contacts.create(full_name="Ann Lee")).id
    deal = (await leadlex.deals.create(name="Retainer")).id
    made = await leadlex.tasks.create(
        title="Send",
        description="**Two** copies",
        priority="high",
        task_type="call",
        due_date=date(2026, 5, 4),
        assignee_id="usr-1",
        contact_id=ann,
    )
    assert (made.title, made.status, made.priority, made.due_date) == ("Send", "open", "high", "2026-05-04")
    assert (made.assigned_to_user_id, made.contact_id, made.deal_id, made.event_id) == ("usr-1", ann, None, None)
    changed = await leadlex.tasks.update(
        made.id, status="completed", priority="urgent", assignee_id=None, due_date=None, deal_id=deal, contact_id=None
    )
    assert (changed.title, changed.status, changed.priority) == ("Send", "completed", "urgent")
    assert (changed.assigned_to_user_id, changed.due_date) == (None, None)
    assert changed.updated_at is not None
    found = await leadlex.tasks.get(made.id)
    assert (found.description, found.task_type, found.contact_id, found.deal_id) == (
        "**Two** copies",
        "call",
        None,
        deal,
    )
    assert (await leadlex.tasks.delete(made.id)).id == made.id
    assert await missing(
        leadlex.tasks.get(made.id), leadlex.tasks.update(made.id, title="T"), leadlex.tasks.delete(made.id)
    ) == ["task_not_found", "not_found", "task_not_found"]


async def test_an_open_task_is_read_as_pending(leadlex: LeadLex) -> None:
    """The list says ``open``, reading one says ``pending``, and either word finds it."""
    deal = (await leadlex.deals.create(name="Retainer")).id
    task = await leadlex.tasks.create(title="Send", deal_id=deal)
    done = await leadlex.tasks.create(title="Read", deal_id=deal, status="completed")
    assert (await leadlex.tasks.get(task.id)).status == TaskStatus.PENDING
    assert [each.status async for each in leadlex.tasks.iter(status="open")] == [TaskStatus.OPEN]
    assert [each.id async for each in leadlex.tasks.iter(status=TaskStatus.PENDING)] == [task.id]
    assert [each.id async for each in leadlex.tasks.iter(status="completed")] == [done.id]


@pytest.mark.parametrize("by", ["contact_id", "deal_id", "assignee_id", "status"])
async def test_tasks_are_filtered(leadlex: LeadLex, by: str) -> None:
    """Each filter leaves the one task that fits."""
    ann = (await leadlex.contacts.create(full_name="Ann Lee")).id
    deal, other = await leadlex.deals.create_many([{"name": "A"}, {"name": "B"}])
    task = await leadlex.tasks.create(
        title="Send", contact_id=ann, deal_id=deal.id, assignee_id="usr-1", status="in_progress"
    )
    await leadlex.tasks.create(title="Read", deal_id=other.id, assignee_id="usr-2")
    filters: dict[str, TaskFilters] = {
        "contact_id": {"contact_id": ann},
        "deal_id": {"deal_id": deal.id},
        "assignee_id": {"assignee_id": "usr-1"},
        "status": {"status": "in_progress"},
    }
    assert [each.id async for each in leadlex.tasks.iter(**filters[by])] == [task.id]
    page = await leadlex.tasks.list(per_page=1, page=2)
    assert ([each.title for each in page], page.total) == (["Read"], 2)


async def test_tasks_and_notes_tell_what_they_are_about(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """In short, when read alone and when listed; what they are not about is null."""
    ann = (await leadlex.contacts.create(full_name="Ann Lee")).id
    lee = (await leadlex.companies.create(name="Lee AG")).id
    deal = (await leadlex.deals.create(name="Retainer")).id
    event = an_event(sandbox)
    await leadlex.tasks.create(title="T", contact_id=ann, company_id=lee, deal_id=deal, event_id=event)
    await leadlex.notes.create(title="N", contact_id=ann, company_id=lee, deal_id=deal, event_id=event)
    (task,), (note,) = (await leadlex.tasks.list()).items, (await leadlex.notes.list()).items
    for each in (task, note, await leadlex.tasks.get(task.id), await leadlex.notes.get(note.id)):
        assert each.contact
        assert (each.contact.id, each.contact.full_name, each.contact.last_name) == (ann, "Ann Lee", "Lee")
        assert each.company
        assert each.deal
        assert each.event
        assert (each.company.id, each.company.name) == (lee, "Lee AG")
        assert (each.deal.id, each.deal.name) == (deal, "Retainer")
        assert (each.event.id, each.event.title) == (event, "Closing dinner")
    assert task.event_id == event
    alone = await leadlex.tasks.get((await leadlex.tasks.create(title="T", deal_id=deal)).id)
    assert (alone.contact, alone.company, alone.event) == (None, None, None)


async def test_the_life_of_a_note(leadlex: LeadLex) -> None:
    """Created, read, changed and deleted; the content is told only when read."""
    lee = (await leadlex.companies.create(name="Lee AG")).id
    made = await leadlex.notes.create(title="Call", content="Fixed fee", related_company_id=lee)
    assert (made.note_type, made.tags, made.is_pinned, made.content) == ("general", (), False, None)
    assert (made.related_company_id, made.contact_id, made.deal_id) == (lee, None, None)
    found = await leadlex.notes.get(made.id)
    assert (found.content, found.updated_at) == ("Fixed fee", None)
    changed = await leadlex.notes.update(made.id, note_type="call", tags=["fees"], is_pinned=True)
    assert (changed.title, changed.note_type, changed.tags, changed.is_pinned) == ("Call", "call", ("fees",), True)
    assert changed.updated_at is not None
    await leadlex.notes.update(made.id, tags=["Basel"], content=None)
    found = await leadlex.notes.get(made.id)
    assert (found.tags, found.content, found.is_pinned) == (("Basel",), None, True)
    assert (await leadlex.notes.delete(made.id)).id == made.id
    assert (
        await missing(
            leadlex.notes.get(made.id), leadlex.notes.update(made.id, title="N"), leadlex.notes.delete(made.id)
        )
        == ["not_found"] * 3
    )


@pytest.mark.parametrize(
    "filters",
    [
        {"note_type": "call"},
        {"tags": "fees"},
        {"search": "FIXED"},
        {"search": "first c"},
        {"is_pinned": True},
        {"is_pinned": True, "search": "fee", "tags": "fees"},
    ],
    ids=str,
)
async def test_notes_are_filtered(leadlex: LeadLex, filters: NoteFilters) -> None:
    """Each filter, and several together, leave the one note that fits; of all the newest comes first."""
    deal = (await leadlex.deals.create(name="Retainer")).id
    note = await leadlex.notes.create(
        title="First call", content="A fixed fee", note_type="call", tags=["fees"], is_pinned=True, deal_id=deal
    )
    other = await leadlex.notes.create(title="Offer", tags=["Basel"], deal_id=deal)
    assert [each.id async for each in leadlex.notes.iter(**filters)] == [note.id]
    assert [each.id async for each in leadlex.notes.iter()] == [other.id, note.id]


async def test_a_date_out_of_range_is_replaced(leadlex: LeadLex) -> None:
    """Without a word, by the server's time."""
    deal = (await leadlex.deals.create(name="Retainer", created_date=NOW + timedelta(days=3))).id
    dated = {
        wish: (
            (await leadlex.notes.create(title="N", deal_id=deal, created_date=wish)).created_at,
            (await leadlex.tasks.create(title="T", deal_id=deal, created_date=wish)).created_at,
        )
        for wish in (LONG_AGO, NOW - timedelta(days=6 * 366))
    }
    for note, task in dated.values():
        assert note
        assert task
        assert abs(note - task) < timedelta(minutes=1)
    (kept, _), (replaced, _) = dated.values()
    assert kept
    assert replaced
    assert abs(kept - LONG_AGO) < timedelta(seconds=1)
    assert abs(replaced - NOW) < timedelta(minutes=10)
    made = (await leadlex.deals.list()).items[0].created_at
    assert made
    assert abs(made - NOW) < timedelta(minutes=10)


async def test_names_find_what_a_note_is_about(leadlex: LeadLex) -> None:
    """Whatever their case; the whole name counts before a part of one, and an id before any name."""
    ann, joann = [(await leadlex.contacts.create(full_name=name)).id for name in ("Ann Lee", "Joann Lee-Roth")]
    lee = (await leadlex.companies.create(name="Lee AG")).id
    note = await leadlex.notes.create(title="N", contact_name="ann lee", company_name="LEE")
    assert (note.contact_id, note.related_company_id) == (ann, lee)
    task = await leadlex.tasks.create(title="T", contact_name=" roth ", company_name="lee ag")
    assert task.contact_id == joann
    found = await leadlex.tasks.get(task.id)
    assert found.company
    assert found.company.id == lee
    assert (await leadlex.notes.create(title="N", contact_id=ann, contact_name="Lee")).contact_id == ann
    assert (await leadlex.tasks.create(title="T", contact_id=joann, contact_name="No one")).contact_id == joann


async def test_a_name_that_fits_several(leadlex: LeadLex) -> None:
    """The refusal names the candidates, and their ids can be chosen from."""
    people = [(await leadlex.contacts.create(full_name=name)).id for name in ("Hans Müller", "Hans Müller", "Ann")]
    firms = [(await leadlex.companies.create(name=name)).id for name in ("Lee AG", "Lee & Roth")]
    for create in (leadlex.notes.create, leadlex.tasks.create):
        with pytest.raises(AmbiguousReference) as caught:
            await create(title="X", contact_name="hans müller")
        assert (caught.value.status, caught.value.code) == (400, "ambiguous_reference")
        assert [(each.name, each.id) for each in caught.value.candidates] == [
            ("Hans Müller", people[0]),
            ("Hans Müller", people[1]),
        ]
        with pytest.raises(AmbiguousReference) as caught:
            await create(title="X", company_name="lee")
        assert [(each.name, each.id) for each in caught.value.candidates] == [
            ("Lee AG", firms[0]),
            ("Lee & Roth", firms[1]),
        ]
    assert (await leadlex.notes.list()).total == (await leadlex.tasks.list()).total == 0


@pytest.mark.parametrize("name", ["contact_id", "company_id", "deal_id", "event_id", "contact_name", "company_name"])
@pytest.mark.parametrize("path", ["/v1/notes", "/v1/tasks"])
async def test_what_a_note_is_about_must_exist(sandbox: Sandbox, leadlex: LeadLex, path: str, name: str) -> None:
    """An unknown id or name is refused, even beside one that is known."""
    deal = (await leadlex.deals.create(name="Retainer")).id
    body = {"title": "X", "deal_id": deal} | {name: "nobody"}
    assert await refused(sandbox, "POST", path, body) == (400, "validation_error")
    assert (await leadlex.notes.list()).total == (await leadlex.tasks.list()).total == 0


@pytest.mark.parametrize("path", ["/v1/notes", "/v1/tasks"])
@pytest.mark.parametrize("about", [{}, {"contact_id": ""}, {"contact_name": " "}])
async def test_no_note_is_about_nothing(sandbox: Sandbox, path: str, about: dict[str, str]) -> None:
    """A note or a task needs a record that it is about."""
    assert await refused(sandbox, "POST", path, {"title": "X"} | about) == (400, "validation_error")


async def test_bad_tasks_and_notes_are_refused(leadlex: LeadLex, sandbox: Sandbox) -> None:
    """A title must be there, words must be known, a content may not be too long."""
    deal = (await leadlex.deals.create(name="Retainer")).id
    note = (await leadlex.notes.create(title="N", content="C" * 50_000, deal_id=deal)).id
    task = (await leadlex.tasks.create(title="T", deal_id=deal)).id
    for method, path, body in (
        ("POST", "/v1/notes", {"deal_id": deal}),
        ("POST", "/v1/notes", {"title": "N", "deal_id": deal, "content": "C" * 50_001}),
        ("POST", "/v1/notes", {"title": "N", "deal_id": deal, "note_type": "song"}),
        ("PATCH", f"/v1/notes/{note}", {"content": "C" * 50_001}),
        ("POST", "/v1/tasks", {"deal_id": deal}),
        ("POST", "/v1/tasks", {"title": "T", "deal_id": deal, "priority": "urgent"}),
        ("POST", "/v1/tasks", {"title": "T", "deal_id": deal, "status": "dismissed"}),
        ("PATCH", f"/v1/tasks/{task}", {"contact_id": "nobody"}),
        ("PATCH", f"/v1/tasks/{task}", {"deal_id": "nothing"}),
    ):
        assert await refused(sandbox, method, path, body) == (400, "validation_error")


@pytest.mark.parametrize("call", FORBIDDEN)
async def test_a_key_may_not_do_everything(sandbox: Sandbox, call: Ask) -> None:
    """A key that may read companies may do none of this."""
    made: dict[str, JSONValue] = {"key": "wbk_companies_only", "permissions": ["companies:read"], "revoked_at": None}
    sandbox.store.api_keys.add(sandbox.now(), made)
    async with LeadLex("wbk_companies_only", base_url=sandbox.url) as limited:
        with pytest.raises(PermissionDenied) as caught:
            await call(limited)
    assert caught.value.code == "insufficient_permissions"
