# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both checkers honour `type: ignore`, and each fails where its own error is not there: unused-ignore in mypy.
"""Deals, pipelines, notes, activities: what calls give and what is refused; read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import assert_type

from leadlex_async import LeadLex, Page
from leadlex_async.models.activities import Activity
from leadlex_async.models.common import BulkDeleted, Deleted
from leadlex_async.models.deals import Deal, DealStatus, DealsUpdated
from leadlex_async.models.documents import LinkedDocument
from leadlex_async.models.notes import Note
from leadlex_async.models.pipelines import Pipeline
from leadlex_async.models.tasks import Task
from leadlex_async.resources._csv import Rows

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def deals(leadlex: LeadLex) -> None:
    """What ``leadlex.deals`` gives."""
    assert_type(leadlex.deals.iter(pipeline="Sales", created_after=NOW), AsyncIterator[Deal])
    assert_type(await leadlex.deals.create(name="Retainer", estimated_value=85_000), Deal)
    assert_type(await leadlex.deals.get("d-1"), Deal)
    assert_type(await leadlex.deals.update("d-1", status="won", probability=None), Deal)
    assert_type(await leadlex.deals.delete("d-1"), Deleted)
    assert_type(await leadlex.deals.create_many([{"name": "Retainer", "status": DealStatus.WON}]), list[Deal])
    assert_type(await leadlex.deals.update_many(["d-1"], {"stage": "proposal"}), DealsUpdated)
    assert_type(await leadlex.deals.delete_many(["d-1"]), BulkDeleted)
    assert_type(await leadlex.deals.create_note("d-1", title="Call"), Note)
    assert_type(await leadlex.deals.list_notes("d-1"), Page[Note])
    assert_type(leadlex.deals.iter_notes("d-1"), AsyncIterator[Note])
    assert_type(await leadlex.deals.list_documents("d-1"), Page[LinkedDocument])
    assert_type(leadlex.deals.iter_documents("d-1", role="nda"), AsyncIterator[LinkedDocument])
    assert_type(leadlex.deals.export(status="open"), Rows)
    assert_type(await leadlex.deals.list(tags="VIP"), Page[Deal])


async def deals_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.deals`` does not take."""
    await leadlex.deals.create(name="Retainer", value=1)  # type: ignore[call-arg]
    await leadlex.deals.update_many(["d-1"])  # type: ignore[call-arg]
    await leadlex.deals.update("d-1", estimated_value="much")  # type: ignore[arg-type]
    await leadlex.deals.create_many([{"stage": "proposal"}])  # type: ignore[typeddict-item]
    deal = await leadlex.deals.get("d-1")
    _ = deal.vlaue  # type: ignore[attr-defined]


async def pipelines(leadlex: LeadLex) -> None:
    """What ``leadlex.pipelines`` gives."""
    assert_type(await leadlex.pipelines.list(), list[Pipeline])


async def pipelines_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.pipelines`` does not take."""
    await leadlex.pipelines.list(name="Sales")  # type: ignore[call-arg]
    await leadlex.pipelines.list(1)  # type: ignore[call-arg]


async def notes(leadlex: LeadLex) -> None:
    """What ``leadlex.notes`` gives."""
    assert_type(leadlex.notes.iter(is_pinned=True), AsyncIterator[Note])
    assert_type(await leadlex.notes.create(title="Call", contact_name="Ann Lee"), Note)
    assert_type(await leadlex.notes.get("n-1"), Note)
    assert_type(await leadlex.notes.update("n-1", content=None), Note)
    assert_type(await leadlex.notes.delete("n-1"), Deleted)
    assert_type(await leadlex.notes.list(note_type="call"), Page[Note])


async def notes_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.notes`` does not take."""
    await leadlex.notes.create(title="Call", contact="c-1")  # type: ignore[call-arg]
    await leadlex.notes.create(contact_id="c-1")  # type: ignore[call-arg]
    await leadlex.notes.list(is_pinned=False)  # type: ignore[arg-type]


async def tasks(leadlex: LeadLex) -> None:
    """What ``leadlex.tasks`` gives."""
    assert_type(leadlex.tasks.iter(assignee_id="u-1"), AsyncIterator[Task])
    assert_type(await leadlex.tasks.create(title="Offer", due_date=NOW.date(), deal_id="d-1"), Task)
    assert_type(await leadlex.tasks.get("t-1"), Task)
    assert_type(await leadlex.tasks.update("t-1", priority="urgent"), Task)
    assert_type(await leadlex.tasks.delete("t-1"), Deleted)
    assert_type(await leadlex.tasks.list(status="open"), Page[Task])


async def tasks_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.tasks`` does not take."""
    await leadlex.tasks.list(owner="u-1")  # type: ignore[call-arg]
    await leadlex.tasks.create(deal_id="d-1")  # type: ignore[call-arg]
    await leadlex.tasks.create(title="Offer", status="dismissed")  # type: ignore[arg-type]


async def activities(leadlex: LeadLex) -> None:
    """What ``leadlex.activities`` gives."""
    assert_type(await leadlex.activities.create(type="fax", metadata={"pages": [1, None]}), Activity)
    assert_type(await leadlex.activities.get("a-1"), Activity)


async def activities_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.activities`` does not take."""
    await leadlex.activities.create(type="call", body="Hi")  # type: ignore[call-arg]
    await leadlex.activities.create(title="Call")  # type: ignore[call-arg]
    await leadlex.activities.create(type="call", metadata=[1])  # type: ignore[arg-type]
