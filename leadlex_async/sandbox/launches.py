"""The rules of a launch: who may start, who must approve, what a decision does."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import orjson

from .answers import Refusal, invalid, missing
from .pushes import emit
from .records import Record, new_id
from .store import EnrollmentRow
from .tasks import TaskRow

if TYPE_CHECKING:
    from .decisions import Decision
    from .store import CampaignRow, Store
    from .world import World

_STARTED = {
    "active": "Campaign is already active",
    "pending_approval": "Campaign is already pending approval",
    "completed": "Campaign is already completed",
}


def start(world: World, campaign: CampaignRow, now: float) -> TaskRow | None:
    """Start or resume a campaign; the task is what a person must approve, if one must."""
    if campaign.status == "paused":
        return _commit(world, campaign, now, approval=False)
    if campaign.status != "draft":
        raise invalid(_STARTED.get(campaign.status, f"Campaign is {campaign.status}"))
    count = audience(world.store, campaign, now)
    if not count:
        raise invalid("Campaign has no contacts")
    return _commit(world, campaign, now, approval=count > world.approval_above)


def audience(store: Store, campaign: CampaignRow, now: float) -> int:
    """How many people the campaign would mail; enrolls the members of its list."""
    if campaign.list_id is None:
        return campaign.recipients + len(campaign.enrollments)
    for contact_id in store.members(campaign.list_id):
        campaign.enrollments.setdefault(contact_id, EnrollmentRow(contact_id, now))
    campaign.recipients = len(campaign.enrollments)
    return campaign.recipients


def _commit(world: World, campaign: CampaignRow, now: float, *, approval: bool) -> TaskRow | None:
    world.store.starts[campaign.id] += 1
    if not approval:
        _activate(world, campaign, now)
        return None
    campaign.status, campaign.updated_at = "pending_approval", now
    count = audience(world.store, campaign, now)
    task = propose(
        world,
        "campaign_start",
        f"Start campaign '{campaign.name}' for {count} contacts",
        now,
        campaign_id=campaign.id,
        contact_count=count,
    )
    decision = world.reviewer(task) if world.reviewer is not None else None
    if decision is not None:
        world.agenda.add(now + decision.after, partial(_decide, world, task, decision))
    return task


def propose(world: World, type: str, description: str, now: float, **metadata: str | int) -> TaskRow:
    """Put up a task that waits for a person."""
    task = TaskRow(new_id(), type, "pending", description, now, {**metadata}, visible_from=now + world.visibility_delay)
    world.store.board.add(task)
    _tell_task(world, "task.created", task, now)
    return task


def _decide(world: World, task: TaskRow, decision: Decision, at: float) -> None:
    if task.status != "pending":
        return
    if decision.action == "approve":
        approve(world, task, at)
    elif decision.action == "dismiss":
        dismiss(world, task, at, decision.reason)
    else:
        fail(world, task, at)


def approve(world: World, task: TaskRow, now: float) -> None:
    """A person approves: the campaign is launched, and the task completes after a while."""
    _require(task, "pending")
    task.status, task.decided_at = "approved", now
    _tell_task(world, "task.approved", task, now)
    campaign = _campaign(world, task)
    if campaign is not None and campaign.status == "pending_approval":
        _activate(world, campaign, now)
    world.agenda.add(now + world.execution, partial(_complete, world, task))


def dismiss(world: World, task: TaskRow, now: float, reason: str | None = None) -> None:
    """A person says no, for good: the campaign is a draft again."""
    _require(task, "pending")
    task.status, task.decided_at, task.reason = "dismissed", now, reason
    _withdraw(world, task, now, "pending_approval")
    _tell_task(world, "task.dismissed", task, now)


def fail(world: World, task: TaskRow, now: float) -> None:
    """A person approved, and carrying it out failed: the campaign is a draft again."""
    _require(task, "pending", "approved")
    task.status, task.decided_at = "failed", task.decided_at or now
    _withdraw(world, task, now, "pending_approval", "active")
    _tell_task(world, "task.updated", task, now)


def pause(world: World, campaign: CampaignRow, now: float) -> None:
    """Stop sending until the campaign is started again."""
    if campaign.status != "active":
        raise Refusal(409, "campaign_not_active", "Only an active campaign can be paused")
    campaign.status, campaign.updated_at, campaign.paused_at = "paused", now, now
    _tell_campaign(world, "campaign.paused", campaign, now)


def task_named(world: World, id: str) -> TaskRow:
    """The task of this id."""
    task = world.store.board.rows.get(id)
    if task is None:
        raise missing("Task")
    return task


def _activate(world: World, campaign: CampaignRow, now: float) -> None:
    campaign.status, campaign.updated_at, campaign.paused_at = "active", now, None
    for enrollment in campaign.enrollments.values():
        enrollment.last_sent_at = enrollment.last_sent_at or now
    _tell_campaign(world, "campaign.started", campaign, now)


def _complete(world: World, task: TaskRow, at: float) -> None:
    if task.status == "approved":
        task.status = "completed"
        _tell_task(world, "task.updated", task, at)


def _tell_task(world: World, event: str, task: TaskRow, now: float) -> None:
    """Push what became of a task, which is shown as its lists show it."""
    if world.store.webhooks:
        emit(world, event, {"task": orjson.loads(task.encode())}, now)


def _tell_campaign(world: World, event: str, campaign: CampaignRow, now: float) -> None:
    shown: Record = {"id": campaign.id, "name": campaign.name, "status": campaign.status}
    emit(world, event, {"campaign": shown}, now)


def _withdraw(world: World, task: TaskRow, now: float, *statuses: str) -> None:
    campaign = _campaign(world, task)
    if campaign is not None and campaign.status in statuses:
        campaign.status, campaign.updated_at = "draft", now


def _campaign(world: World, task: TaskRow) -> CampaignRow | None:
    return world.store.campaigns.get(task.campaign_id or "")


def _require(task: TaskRow, *statuses: str) -> None:
    if task.status not in statuses:
        raise invalid(f"Task has already {'failed' if task.status == 'failed' else f'been {task.status}'}")
