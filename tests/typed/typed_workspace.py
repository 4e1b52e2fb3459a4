# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both checkers honour `type: ignore`, and each fails where its own error is not there: unused-ignore in mypy.
"""The workspace: what calls give and what is refused; read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import assert_type

from leadlex_async import LeadLex, Page
from leadlex_async.models.api_keys import APIKey
from leadlex_async.models.audit_logs import AuditLog, AuditResource
from leadlex_async.models.common import Deleted
from leadlex_async.models.events import EventCatalog
from leadlex_async.models.settings import Integration, WorkspaceSettings
from leadlex_async.models.stats import ActivityStats, OutreachStats, PipelineStats
from leadlex_async.models.users import User
from leadlex_async.models.webhooks import EventName, Webhook, WebhookDelivery
from leadlex_async.models.workflows import Workflow, WorkflowEntity, WorkflowRun

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def api_keys(leadlex: LeadLex) -> None:
    """What ``leadlex.api_keys`` gives."""
    assert_type(leadlex.api_keys.iter(include_revoked=True), AsyncIterator[APIKey])
    assert_type(await leadlex.api_keys.create(name="CI", permissions=["read"], rate_limit_tier="high"), APIKey)
    assert_type(await leadlex.api_keys.delete("key-1"), None)
    assert_type(await leadlex.api_keys.list(search="CI"), Page[APIKey])


async def api_keys_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.api_keys`` does not take."""
    await leadlex.api_keys.create(name="CI", permissions=["read"], scope="read")  # type: ignore[call-arg]
    await leadlex.api_keys.create(name="CI")  # type: ignore[call-arg]
    await leadlex.api_keys.list(include_revoked=1)  # type: ignore[arg-type]


async def audit_logs(leadlex: LeadLex) -> None:
    """What ``leadlex.audit_logs`` gives."""
    assert_type(leadlex.audit_logs.iter(action="login"), AsyncIterator[AuditLog])
    assert_type(
        await leadlex.audit_logs.list(resource_type=AuditResource.DEALS, from_date="2026-04-01"), Page[AuditLog]
    )


async def audit_logs_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.audit_logs`` does not take."""
    await leadlex.audit_logs.list(since=NOW)  # type: ignore[call-arg]
    leadlex.audit_logs.iter(1)  # type: ignore[call-arg]
    await leadlex.audit_logs.list(action="read")  # type: ignore[arg-type]


async def events(leadlex: LeadLex) -> None:
    """What ``leadlex.events`` gives."""
    assert_type(await leadlex.events.catalog(category="deal", version="v1"), EventCatalog)


async def events_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.events`` does not take."""
    await leadlex.events.catalog(kind="deal")  # type: ignore[call-arg]
    await leadlex.events.catalog("deal")  # type: ignore[call-arg]
    await leadlex.events.catalog(category="fax")  # type: ignore[arg-type]


async def settings(leadlex: LeadLex) -> None:
    """What ``leadlex.settings`` gives."""
    assert_type(await leadlex.settings.get(), WorkspaceSettings)
    assert_type(await leadlex.settings.list_providers(category="email"), list[Integration])


async def settings_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.settings`` does not take."""
    await leadlex.settings.get(id="w-1")  # type: ignore[call-arg]
    await leadlex.settings.list_providers("email")  # type: ignore[call-arg]
    await leadlex.settings.list_providers(category="fax")  # type: ignore[arg-type]
    found = await leadlex.settings.get()
    _ = found.plan  # type: ignore[attr-defined]


async def stats(leadlex: LeadLex) -> None:
    """What ``leadlex.stats`` gives."""
    assert_type(await leadlex.stats.pipeline(pipeline="Sales"), PipelineStats)
    assert_type(await leadlex.stats.activities("2026-04-01", NOW, activity_type="call"), ActivityStats)
    assert_type(await leadlex.stats.outreach(days=30), OutreachStats)


async def stats_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.stats`` does not take."""
    await leadlex.stats.outreach(weeks=1)  # type: ignore[call-arg]
    await leadlex.stats.activities("2026-04-01")  # type: ignore[call-arg]
    await leadlex.stats.outreach(days="30")  # type: ignore[arg-type]


async def users(leadlex: LeadLex) -> None:
    """What ``leadlex.users`` gives."""
    assert_type(await leadlex.users.list(), list[User])


async def users_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.users`` does not take."""
    await leadlex.users.list(search="Ann")  # type: ignore[call-arg]
    await leadlex.users.list("Ann")  # type: ignore[call-arg]


async def webhooks(leadlex: LeadLex) -> None:
    """What ``leadlex.webhooks`` gives."""
    assert_type(
        await leadlex.webhooks.create(url="https://lee.example/hook", events=["deal.created"], active=False), Webhook
    )
    assert_type(await leadlex.webhooks.ensure("https://lee.example/hook", [EventName.DEAL_CREATED, "x"]), Webhook)
    assert_type(await leadlex.webhooks.update("wh-1", events=("deal.won",)), Webhook)
    assert_type(await leadlex.webhooks.delete("wh-1"), Deleted)
    assert_type(await leadlex.webhooks.list_logs("wh-1", status="failed"), Page[WebhookDelivery])
    assert_type(leadlex.webhooks.iter_logs("wh-1"), AsyncIterator[WebhookDelivery])
    assert_type(await leadlex.webhooks.list(), list[Webhook])


async def webhooks_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.webhooks`` does not take."""
    await leadlex.webhooks.update("wh-1", secret="s")  # type: ignore[call-arg]
    await leadlex.webhooks.create(url="https://lee.example/hook")  # type: ignore[call-arg]
    await leadlex.webhooks.create(url="https://lee.example/hook", events=[1])  # type: ignore[list-item]
    await leadlex.webhooks.ensure("https://lee.example/hook")  # type: ignore[call-arg]
    await leadlex.webhooks.ensure("https://lee.example/hook", [], description=1)  # type: ignore[arg-type]


async def workflows(leadlex: LeadLex) -> None:
    """What ``leadlex.workflows`` gives."""
    assert_type(leadlex.workflows.iter(enabled=True), AsyncIterator[Workflow])
    assert_type(
        await leadlex.workflows.create(
            name="Won",
            condition_entity="deal",
            condition_field="status",
            condition_operator="changed_to",
            condition_value="won",
            action_type="create_task",
            action_config={"title": "Send the offer", "days": 3},
        ),
        Workflow,
    )
    assert_type(await leadlex.workflows.get("wf-1"), Workflow)
    assert_type(await leadlex.workflows.update("wf-1", enabled=False), Workflow)
    assert_type(await leadlex.workflows.delete("wf-1"), None)
    assert_type(await leadlex.workflows.list_logs("wf-1", status="skipped"), Page[WorkflowRun])
    assert_type(leadlex.workflows.iter_logs("wf-1", after=NOW), AsyncIterator[WorkflowRun])
    assert_type(await leadlex.workflows.list(condition_entity=WorkflowEntity.DEAL), Page[Workflow])


async def workflows_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.workflows`` does not take."""
    await leadlex.workflows.list(active=True)  # type: ignore[call-arg]
    await leadlex.workflows.create(name="Won")  # type: ignore[call-arg]
    await leadlex.workflows.list_logs("wf-1", status="done")  # type: ignore[arg-type]
    workflow = await leadlex.workflows.get("wf-1")
    _ = workflow.enabeld  # type: ignore[attr-defined]
