"""Activities, statistics, webhooks, workflows, API keys and the workspace of the sandbox, through the client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, Unpack, cast

import aiohttp
import pytest

from leadlex_async import (
    AuthenticationError,
    Conflict,
    LeadLex,
    NotFound,
    PermissionDenied,
    ValidationError,
)
from leadlex_async.sandbox.audit import record
from leadlex_async.sandbox.call import Call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from leadlex_async._http.wire import JSONValue
    from leadlex_async.models.workflows import Workflow
    from leadlex_async.resources.audit_logs import AuditLogFilters
    from leadlex_async.resources.workflows import NewWorkflow, WorkflowChanges, WorkflowFilters
    from leadlex_async.sandbox import Sandbox

DAY = 86_400
URL = "https://hooks.example.org/leadlex"
REQUEST_ID = "req_0123456789"

Ask: TypeAlias = "Callable[[LeadLex], Awaitable[object]]"

WORKFLOW: NewWorkflow = {
    "name": "Ping the owner",
    "condition_entity": "deal",
    "condition_field": "status",
    "condition_operator": "changed_to",
    "condition_value": "won",
    "action_type": "send_channel_message",
    "action_config": {"channel": "slack", "recipient": "C01", "message": "{{deal.name}} was won"},
}
BODY = cast("dict[str, JSONValue]", WORKFLOW)
FORBIDDEN: list[tuple[Ask, str]] = [
    (lambda api: api.activities.create(type="call"), "activities:write"),
    (lambda api: api.activities.get("x"), "activities:read"),
    (lambda api: api.stats.pipeline(), "deals:read"),
    (lambda api: api.stats.activities("2026-01-01", "2026-01-02"), "activities:read"),
    (lambda api: api.stats.outreach(), "activities:read"),
    (lambda api: api.tags.list(), "contacts:read"),
    (lambda api: api.users.list(), "contacts:read"),
    (lambda api: api.settings.get(), "read:settings"),
    (lambda api: api.settings.list_providers(), "read:settings"),
    (lambda api: api.events.catalog(), "read:webhooks"),
    (lambda api: api.webhooks.list(), "webhooks:read"),
    (lambda api: api.webhooks.create(url=URL, events=["deal.created"]), "webhooks:write"),
    (lambda api: api.webhooks.update("x", active=False), "webhooks:write"),
    (lambda api: api.webhooks.delete("x"), "webhooks:write"),
    (lambda api: api.webhooks.list_logs("x"), "webhooks:read"),
    (lambda api: api.workflows.list(), "read:workflows"),
    (lambda api: api.workflows.create(**WORKFLOW), "write:workflows"),
    (lambda api: api.workflows.get("x"), "read:workflows"),
    (lambda api: api.workflows.update("x", enabled=False), "write:workflows"),
    (lambda api: api.workflows.delete("x"), "write:workflows"),
    (lambda api: api.workflows.list_logs("x"), "read:workflows"),
    (lambda api: api.api_keys.list(), "admin:api_keys"),
    (lambda api: api.api_keys.create(name="K", permissions=["read"]), "admin:api_keys"),
    (lambda api: api.api_keys.delete("x"), "admin:api_keys"),
]
UNKNOWN: list[tuple[Ask, str]] = [
    (lambda api: api.activities.get("x"), "activity_not_found"),
    (lambda api: api.activities.create(type="call", contact_id="x"), "contact_not_found"),
    (lambda api: api.activities.create(type="call", deal_id="x"), "deal_not_found"),
    (lambda api: api.webhooks.update("x", active=False), "webhook_not_found"),
    (lambda api: api.webhooks.delete("x"), "webhook_not_found"),
    (lambda api: api.webhooks.list_logs("x"), "webhook_not_found"),
    (lambda api: api.workflows.get("x"), "not_found"),
    (lambda api: api.workflows.update("x", enabled=False), "not_found"),
    (lambda api: api.workflows.delete("x"), "not_found"),
    (lambda api: api.workflows.list_logs("x"), "not_found"),
    (lambda api: api.api_keys.delete("x"), "not_found"),
]
REFUSED: list[tuple[str, str, JSONValue, str]] = [
    ("POST", "/v1/activities", {}, "missing_required_field"),
    ("POST", "/v1/activities", {"type": "call", "title": "x" * 501}, "validation_error"),
    ("POST", "/v1/activities", {"type": "call", "metadata": {"x": "y" * 8192}}, "metadata_too_large"),
    ("POST", "/v1/activities", {"type": "call", "metadata": []}, "validation_error"),
    ("GET", "/v1/stats/activities", None, "validation_error"),
    ("GET", "/v1/stats/activities?date_from=soon&date_to=later", None, "validation_error"),
    ("GET", "/v1/analytics/outreach?days=0", None, "validation_error"),
    ("GET", "/v1/analytics/outreach?days=many", None, "validation_error"),
    ("GET", "/v1/settings/providers?category=fax", None, "validation_error"),
    ("GET", "/v1/events/catalog?category=fax", None, "validation_error"),
    ("POST", "/v1/webhooks", {"events": ["deal.created"]}, "missing_required_field"),
    ("POST", "/v1/webhooks", {"url": URL}, "missing_required_field"),
    ("POST", "/v1/webhooks", {"url": "http://example.org", "events": ["deal.created"]}, "invalid_url"),
    ("POST", "/v1/webhooks", {"url": URL, "events": []}, "invalid_events"),
    ("POST", "/v1/webhooks", {"url": URL, "events": ["deal.created"], "description": "x" * 201}, "validation_error"),
    ("POST", "/v1/workflows", {**BODY, "name": "x" * 121}, "validation_error"),
    ("POST", "/v1/workflows", {**BODY, "condition_entity": "invoice"}, "validation_error"),
    ("POST", "/v1/workflows", {**BODY, "action_config": None}, "validation_error"),
    ("POST", "/v1/workflows", {"name": "W"}, "validation_error"),
    ("POST", "/v1/api-keys", {"name": "x" * 121, "permissions": ["read"]}, "validation_error"),
    ("POST", "/v1/api-keys", {"name": "K", "permissions": []}, "validation_error"),
    ("POST", "/v1/api-keys", {"name": "K"}, "validation_error"),
    ("POST", "/v1/api-keys", {"name": "K", "permissions": ["read"], "rate_limit_tier": "low"}, "validation_error"),
    ("POST", "/v1/api-keys", {"name": "K", "permissions": ["read"], "expires_at": "soon"}, "validation_error"),
    ("GET", "/v1/audit-logs?action=read", None, "validation_error"),
]
PRIVATE = [
    "https://localhost/x",
    "https://app.localhost/x",
    "https://LOCALHOST./x",
    "https://127.0.0.1/x",
    "https://10.1.2.3/x",
    "https://172.16.0.1:8443/x",
    "https://192.168.0.1/x",
    "https://169.254.169.254/x",
    "https://0.0.0.0/x",
    "https://[::1]/x",
    "https://[fe80::1]/x",
    "https://[::ffff:10.0.0.1]/x",
    "https://",
    "https://[::1/x",
    "https://example.org:99999/x",
    "https://example.org:0/x",
]


async def refused(sandbox: Sandbox, method: str, path: str, body: JSONValue) -> tuple[int, str]:
    """Status and code of a refusal that the client would not let it come to."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, sandbox.url + path, json=body) as response,
    ):
        return response.status, (await response.json())["error"]["code"]


def client(sandbox: Sandbox, key: str) -> LeadLex:
    """A client with a key of its own."""
    return LeadLex(key, base_url=sandbox.url, timeout=5)


def a_workflow(**changes: Unpack[WorkflowChanges]) -> NewWorkflow:
    """The body of a new workflow that is not quite the usual one."""
    return {**WORKFLOW, **changes}


def a_run(sandbox: Sandbox, workflow: Workflow, status: str, age: float = 0.0) -> str:
    """The id of a run of a workflow that was triggered so many seconds ago."""
    at = datetime.fromtimestamp(sandbox.now() - age, UTC).isoformat()
    fields: dict[str, JSONValue] = {"workflow_id": workflow.id, "triggered_at": at, "status": status}
    more: dict[str, JSONValue] = {"entity_type": "deal", "entity_id": "d-1", "action_result": {}, "duration_ms": 40}
    return str(sandbox.store.workflow_logs.add(sandbox.now(), fields | more)["id"])


def a_delivery(sandbox: Sandbox, webhook_id: str, status: str, age: float = 0.0) -> str:
    """The id of a delivery that was tried so many seconds ago."""
    at = sandbox.now() - age
    fields: dict[str, JSONValue] = {"webhook_id": webhook_id, "status": status, "event": "deal.created", "attempt": 1}
    delivered = None if status == "pending" else datetime.fromtimestamp(at, UTC).isoformat()
    row = sandbox.store.deliveries.add(at, fields | {"delivered_at": delivered})
    row["delivery_id"] = row["id"]
    return str(row["id"])


def a_write(sandbox: Sandbox, method: str, path: str, *, age: float = 0.0, status: int = 200, **ids: str) -> None:
    """Put a write into the audit log, so many seconds ago."""
    headers = {"authorization": f"Bearer {sandbox.api_key}", "user-agent": "Test/1.0"}
    call = Call(sandbox.now() - age, ids, "", b"")
    record(sandbox, call, method, path, status, REQUEST_ID, headers=headers, body=b'{"data":{"note":{"id":"n-1"}}}')


@pytest.mark.parametrize(("ask", "scope"), FORBIDDEN)
async def test_a_key_without_the_permission_is_refused(sandbox: Sandbox, ask: Ask, scope: str) -> None:
    """The refusal names the permission that is missing."""
    async with client(sandbox, sandbox.add_key("read:email")) as limited:
        with pytest.raises(PermissionDenied) as caught:
            await ask(limited)
    assert (caught.value.code, caught.value.message) == (
        "insufficient_permissions",
        f"Missing required permission: {scope}",
    )


@pytest.mark.parametrize(("ask", "code"), UNKNOWN)
async def test_an_unknown_id_is_not_found(leadlex: LeadLex, ask: Ask, code: str) -> None:
    """Each with the code of its page."""
    with pytest.raises(NotFound) as caught:
        await ask(leadlex)
    assert caught.value.code == code


@pytest.mark.parametrize(("method", "path", "body", "code"), REFUSED)
async def test_bad_input_is_refused(sandbox: Sandbox, method: str, path: str, body: JSONValue, code: str) -> None:
    """Each with the code of its page, and nothing is stored."""
    assert await refused(sandbox, method, path, body) == (400, code)
    store = sandbox.store
    assert not [*store.activities, *store.webhooks, *store.workflows, *store.api_keys]


async def test_the_life_of_an_activity(leadlex: LeadLex) -> None:
    """What was logged is read again, alone and in the timeline of its contact."""
    contact, deal = await leadlex.contacts.create(full_name="Jane Doe"), await leadlex.deals.create(name="Retainer")
    made = await leadlex.activities.create(
        type="call", title="First call", contact_id=contact.id, deal_id=deal.id, metadata={"minutes": 32}
    )
    assert (made.type, made.title, made.description, made.entity_type) == ("call", "First call", None, None)
    assert (made.contact_id, made.deal_id, made.metadata) == (contact.id, deal.id, {"minutes": 32})
    assert made.created_by_user_id == "usr_sandbox"
    assert await leadlex.activities.get(made.id) == made
    assert (await leadlex.contacts.list_activities(contact.id)).items == [made]


async def test_an_activity_needs_a_type_only(leadlex: LeadLex) -> None:
    """The type may be any word, the record any other; a date of the last years counts."""
    long_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(days=400)
    made = await leadlex.activities.create(
        type="lunch", entity_type="list", entity_id="l-1", entity_name="Guests", created_date=long_ago
    )
    assert (made.type, made.contact_id, made.deal_id, made.metadata) == ("lunch", None, None, {})
    assert (made.entity_type, made.entity_id, made.entity_name) == ("list", "l-1", "Guests")
    assert made.created_at == long_ago


async def test_the_pipeline_is_counted_by_stage(leadlex: LeadLex) -> None:
    """Of one pipeline or with a tag; a deal without a stage is in the total only."""
    assert (await leadlex.stats.pipeline()).total == 0
    await leadlex.deals.create(name="A", stage="Lead", pipeline="Sales", tags=["key"])
    await leadlex.deals.create(name="B", stage="Lead", pipeline="Mandates")
    await leadlex.deals.create(name="C", stage="Won", pipeline="Sales")
    await leadlex.deals.create(name="D")
    found = await leadlex.stats.pipeline()
    assert (found.stages, found.total) == ({"Lead": 2, "Won": 1}, 4)
    assert (await leadlex.stats.pipeline(pipeline="Sales")).stages == {"Lead": 1, "Won": 1}
    assert (await leadlex.stats.pipeline(tags="key")).stages == {"Lead": 1}


async def test_activities_are_counted_by_type(leadlex: LeadLex) -> None:
    """Those of a span of whole days, both ends included, or of one type."""
    days = [datetime.now(UTC) - timedelta(days=back) for back in range(4)]
    for word, day in (("call", days[1]), ("call", days[2]), ("meeting", days[2]), ("call", days[3])):
        await leadlex.activities.create(type=word, created_date=day)
    found = await leadlex.stats.activities(days[2].date(), days[1].date())
    assert (found.total, found.by_type) == (3, {"call": 2, "meeting": 1})
    found = await leadlex.stats.activities(days[3].date(), days[0].date(), activity_type="meeting")
    assert (found.total, found.by_type) == (1, {"meeting": 1})
    assert (await leadlex.stats.activities(days[0].date(), days[3].date())).total == 0


async def test_the_outreach_is_summed_up(leadlex: LeadLex) -> None:
    """Seven days or as many as asked for; the rates are percent of the mails sent."""
    before = datetime.now(UTC) - timedelta(days=10)
    for word in (*["email_sent"] * 3, "email_replied", "call"):
        await leadlex.activities.create(type=word)
    await leadlex.activities.create(type="meeting", created_date=before)
    await leadlex.deals.create(name="A", pipeline="Sales")
    await leadlex.deals.create(name="B", status="won", pipeline="Mandates")
    await leadlex.deals.create(name="C", created_date=before)
    week = await leadlex.stats.outreach()
    assert week.activities == {"email_sent": 3, "email_replied": 1, "call": 1, "total": 5}
    assert (week.period_days, week.deals) == (7, {"active": 1, "won": 1, "total": 2})
    assert (week.conversion.reply_rate, week.conversion.meeting_rate) == (33.3, 0.0)
    month = await leadlex.stats.outreach(days=30, pipeline="Sales")
    assert (month.period_days, month.deals, month.activities["total"]) == (30, {"active": 1, "total": 1}, 6)
    assert month.conversion.meeting_rate == 33.3


async def test_without_mails_the_rates_are_zero(leadlex: LeadLex) -> None:
    """Nothing is divided by nothing."""
    await leadlex.activities.create(type="meeting")
    found = await leadlex.stats.outreach()
    assert (found.conversion.reply_rate, found.conversion.meeting_rate) == (0.0, 0.0)


async def test_tags_are_listed_once_and_sorted(leadlex: LeadLex) -> None:
    """Those of contacts; a company's do not count."""
    assert await leadlex.tags.list() == []
    await leadlex.contacts.create(full_name="Jane Doe", tags=["vip", "berlin"])
    await leadlex.contacts.create(full_name="John Doe", tags=["vip", "alumni"])
    await leadlex.companies.create(name="Acme", tags=["client"])
    assert await leadlex.tags.list() == ["alumni", "berlin", "vip"]


async def test_the_team_is_small_and_fixed(leadlex: LeadLex) -> None:
    """The user that the sandbox's key acts for is one of it."""
    users = await leadlex.users.list()
    assert [user.id for user in users] == ["usr_sandbox", "usr_partner", "usr_associate"]
    assert all(user.full_name and user.email for user in users)


async def test_the_settings_tell_the_credits(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Those that are left now."""
    sandbox.credits = 42
    found = await leadlex.settings.get()
    assert (found.billing.credits_balance, found.billing.plan, found.billing.trial_ends_at) == (42, "growth", None)
    assert (found.workspace_id, found.currency, found.retention.audit_log_days) == ("ws_sandbox", "EUR", 365)
    assert found.features["document_ai"]


async def test_integrations_are_listed_by_category(leadlex: LeadLex) -> None:
    """Connected or not, each category has one."""
    every = await leadlex.settings.list_providers()
    categories = ["email", "calendar", "channels", "identity", "storage", "billing"]
    assert [each.category for each in every] == categories
    (drive,) = await leadlex.settings.list_providers(category="storage")
    assert (drive.name, drive.connected, drive.status, drive.scopes) == ("google_drive", False, "disconnected", ())
    (gmail,) = await leadlex.settings.list_providers(category="email")
    assert (gmail.connected, gmail.status, gmail.scopes) == (True, "healthy", ("gmail.readonly", "gmail.send"))


async def test_the_catalog_has_27_event_types(leadlex: LeadLex) -> None:
    """Each with an example payload that its schema describes."""
    found = await leadlex.events.catalog(version="v1")
    assert (found.total, len({each.type for each in found.events})) == (27, 27)
    for each in found.events:
        data, properties = each.example_payload["data"], each.data_schema["properties"]
        assert isinstance(data, dict)
        assert isinstance(properties, dict)
        assert (each.example_payload["type"], each.category) == (each.type, each.type.split(".")[0])
        assert data.keys() == properties.keys()
        assert (each.introduced_in, each.stability, bool(each.description)) == ("v1", "stable", True)


async def test_the_catalog_is_read_by_category_and_version(leadlex: LeadLex) -> None:
    """Some categories have no type, as has a version that does not exist."""
    found = await leadlex.events.catalog(category="email")
    assert [each.type for each in found.events] == ["email.sent", "email.received", "email.sync.completed"]
    assert (await leadlex.events.catalog(category="billing")).total == 0
    assert (await leadlex.events.catalog(version="v2")).events == ()


async def test_the_life_of_a_webhook(leadlex: LeadLex) -> None:
    """The secret is told once; an update replaces the events and keeps the rest."""
    made = await leadlex.webhooks.create(url=URL, events=["contact.created", "deal.updated"], description="Sync")
    assert (made.url, made.events, made.active) == (URL, ("contact.created", "deal.updated"), True)
    assert (made.secret or "").startswith("whsec_")
    changed = await leadlex.webhooks.update(made.id, events=["list.created"], active=False)
    assert (changed.url, changed.events, changed.active) == (URL, ("list.created",), False)
    assert (changed.description, changed.secret) == ("Sync", None)
    assert changed.updated_at is not None
    (listed,) = await leadlex.webhooks.list()
    assert (listed.id, listed.events, listed.secret, listed.created_at) == (
        made.id,
        changed.events,
        None,
        made.created_at,
    )
    assert (await leadlex.webhooks.delete(made.id)).id == made.id
    assert await leadlex.webhooks.list() == []


async def test_the_secret_of_a_webhook_stays(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """A new address does not change it, and no two webhooks share one."""
    made = await leadlex.webhooks.create(url=URL, events=["deal.created"], active=False)
    other = await leadlex.webhooks.create(url=f"{URL}/2", events=["deal.created"])
    await leadlex.webhooks.update(made.id, url=f"{URL}/3")
    assert sandbox.store.webhooks.named(made.id)["secret"] == made.secret != other.secret
    assert (made.active, (await leadlex.webhooks.list())[0].url) == (False, f"{URL}/3")


async def test_one_webhook_per_address(leadlex: LeadLex) -> None:
    """The second of the same URL is a conflict, until the first is gone."""
    made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
    with pytest.raises(Conflict) as caught:
        await leadlex.webhooks.create(url=URL, events=["note.created"])
    assert caught.value.code == "duplicate_webhook"
    await leadlex.webhooks.delete(made.id)
    await leadlex.webhooks.create(url=URL, events=["note.created"])


@pytest.mark.parametrize("url", PRIVATE)
async def test_a_webhook_goes_to_a_public_address(leadlex: LeadLex, url: str) -> None:
    """Neither a new one nor an old one may point elsewhere."""
    made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
    for attempt in (
        leadlex.webhooks.create(url=url, events=["deal.created"]),
        leadlex.webhooks.update(made.id, url=url),
    ):
        with pytest.raises(ValidationError) as caught:
            await attempt
        assert caught.value.code == "invalid_url"


@pytest.mark.parametrize("url", ["https://8.8.8.8/x", "https://[2606:4700::1111]/x", "https://example.org:8443"])
async def test_a_public_address_is_accepted(leadlex: LeadLex, url: str) -> None:
    """A literal one too, and any port."""
    assert (await leadlex.webhooks.create(url=url, events=["deal.created"])).url == url


async def test_a_webhook_asks_for_known_events(leadlex: LeadLex) -> None:
    """Those of either official list, but no others."""
    both = ["contact.bulk_created", "contact.merged", "task.approved", "workflow.triggered"]
    made = await leadlex.webhooks.create(url=URL, events=both)
    assert made.events == tuple(both)
    for attempt in (
        leadlex.webhooks.create(url=f"{URL}/2", events=["deal.created", "deal.burned"]),
        leadlex.webhooks.update(made.id, events=["deal.burned"]),
        leadlex.webhooks.update(made.id, events=[]),
    ):
        with pytest.raises(ValidationError) as caught:
            await attempt
        assert caught.value.code == "invalid_events"


async def test_deliveries_are_listed_newest_first(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Those of the webhook and of the last 30 days, of one status or all."""
    made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
    a_delivery(sandbox, made.id, "success", age=31 * DAY)
    failed, good = (a_delivery(sandbox, made.id, status, 60) for status in ("failed", "success"))
    latest = a_delivery(sandbox, made.id, "failed")
    a_delivery(sandbox, "another", "failed")
    page = await leadlex.webhooks.list_logs(made.id)
    assert ([each.delivery_id for each in page.items], page.per_page, page.total) == ([latest, good, failed], 50, 3)
    assert (page.items[0].event, page.items[0].attempt, page.items[0].error) == ("deal.created", 1, None)
    page = await leadlex.webhooks.list_logs(made.id, status="failed", per_page=1, page=2)
    assert [each.delivery_id for each in page.items] == [failed]
    assert len([each async for each in leadlex.webhooks.iter_logs(made.id, status="success")]) == 1


async def test_a_webhook_tells_how_its_last_delivery_ended(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """One that is still pending does not count."""
    made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
    (listed,) = await leadlex.webhooks.list()
    assert (listed.last_delivery_status, listed.last_delivery_at) == (None, None)
    a_delivery(sandbox, made.id, "success", age=60)
    a_delivery(sandbox, made.id, "failed", age=30)
    a_delivery(sandbox, made.id, "pending")
    (listed,) = await leadlex.webhooks.list()
    assert listed.last_delivery_status == "failed"
    assert listed.last_delivery_at is not None


async def test_a_deleted_webhook_takes_its_pending_deliveries_along(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """What was delivered stays on record."""
    made = await leadlex.webhooks.create(url=URL, events=["deal.created"])
    kept = a_delivery(sandbox, made.id, "success")
    a_delivery(sandbox, made.id, "pending")
    await leadlex.webhooks.delete(made.id)
    assert [*sandbox.store.deliveries.rows] == [kept]


async def test_the_life_of_a_workflow(leadlex: LeadLex) -> None:
    """Created, read, changed in the fields given, and deleted."""
    made = await leadlex.workflows.create(**WORKFLOW)
    assert (made.enabled, made.max_triggers_per_day, made.triggers_today) == (True, 100, 0)
    assert (made.condition_operator, made.condition_value) == ("changed_to", "won")
    assert made.action_config == WORKFLOW["action_config"]
    assert (made.last_triggered_at, made.auto_disabled_reason, made.updated_at) == (None, None, made.created_at)
    assert await leadlex.workflows.get(made.id) == made
    changed = await leadlex.workflows.update(made.id, name="Ring a bell", action_config={"channel": "slack"})
    assert (changed.name, changed.action_config, changed.condition_value) == (
        "Ring a bell",
        {"channel": "slack"},
        "won",
    )
    await leadlex.workflows.delete(made.id)
    with pytest.raises(NotFound):
        await leadlex.workflows.get(made.id)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Ping the owner", "Write a task", "Ping a partner"]),
        ({"enabled": True}, ["Ping the owner", "Ping a partner"]),
        ({"enabled": False}, ["Write a task"]),
        ({"condition_entity": "contact"}, ["Ping a partner"]),
        ({"search": "PING"}, ["Ping the owner", "Ping a partner"]),
        ({"per_page": 1}, ["Ping the owner"]),
    ],
)
async def test_workflows_are_listed(leadlex: LeadLex, filters: WorkflowFilters, names: list[str]) -> None:
    """All or those that a filter asks for, without what only reading one tells."""
    await leadlex.workflows.create(**WORKFLOW)
    await leadlex.workflows.create(**a_workflow(name="Write a task", enabled=False))
    await leadlex.workflows.create(**a_workflow(name="Ping a partner", condition_entity="contact"))
    page = await leadlex.workflows.list(**filters)
    assert [each.name for each in page.items] == names
    assert (page.per_page, page.items[0].triggers_today) == (filters.get("per_page", 25), None)


async def test_the_names_of_workflows_are_unique(leadlex: LeadLex) -> None:
    """A second one of the same name is a conflict."""
    await leadlex.workflows.create(**WORKFLOW)
    with pytest.raises(Conflict) as caught:
        await leadlex.workflows.create(**WORKFLOW)
    assert caught.value.code == "duplicate_name"


async def test_changed_is_created_with_an_empty_value(leadlex: LeadLex) -> None:
    """The operator compares with nothing, so the value is empty."""
    made = await leadlex.workflows.create(**a_workflow(condition_operator="changed", condition_value=""))
    assert made.condition_value == ""


async def test_changed_takes_no_value(leadlex: LeadLex) -> None:
    """Neither in a new workflow nor in one that has a value already."""
    made = await leadlex.workflows.create(**WORKFLOW)
    for attempt in (
        leadlex.workflows.create(**a_workflow(name="W", condition_operator="changed")),
        leadlex.workflows.update(made.id, condition_operator="changed"),
    ):
        with pytest.raises(ValidationError) as caught:
            await attempt
        assert [*caught.value.fields] == ["condition_value"]
    changed = await leadlex.workflows.update(made.id, condition_operator="changed", condition_value="")
    assert (changed.condition_operator, changed.condition_value) == ("changed", "")


async def test_bad_changes_of_a_workflow_are_refused(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """No change at all, a name that is empty or too long, a cap below one; the workflow stays as it is."""
    made = await leadlex.workflows.create(**WORKFLOW)
    for body in ({}, {"name": ""}, {"name": "x" * 121}, {"max_triggers_per_day": 0}, {"enabled": "yes"}):
        answer = await refused(sandbox, "PATCH", f"/v1/workflows/{made.id}", {**body})
        assert answer == (400, "validation_error")
    assert await leadlex.workflows.get(made.id) == made


async def test_switching_a_workflow_on_again_clears_why_it_went_off(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Another change leaves the reason."""
    made = await leadlex.workflows.create(**WORKFLOW)
    sandbox.store.workflows.named(made.id).update(enabled=False, auto_disabled_reason="daily_cap_exceeded")
    changed = await leadlex.workflows.update(made.id, max_triggers_per_day=200)
    assert (changed.enabled, changed.auto_disabled_reason) == (False, "daily_cap_exceeded")
    changed = await leadlex.workflows.update(made.id, enabled=True)
    assert (changed.enabled, changed.auto_disabled_reason, changed.max_triggers_per_day) == (True, None, 200)


async def test_a_workflow_counts_its_runs(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Those of today that were not skipped; the last one may be older."""
    made = await leadlex.workflows.create(**WORKFLOW)
    a_run(sandbox, made, "success", age=2 * DAY)
    found = await leadlex.workflows.get(made.id)
    assert (found.triggers_today, found.last_triggered_at is not None) == (0, True)
    for status in ("success", "failed", "skipped"):
        a_run(sandbox, made, status)
    assert (await leadlex.workflows.get(made.id)).triggers_today == 2
    assert (await leadlex.workflows.list()).items[0].last_triggered_at is not None


async def test_the_runs_of_a_workflow_are_listed(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Newest first, of one status or since a moment; still there when the workflow is gone."""
    made = await leadlex.workflows.create(**WORKFLOW)
    assert (await leadlex.workflows.list_logs(made.id)).items == []
    old, failed, good = (
        a_run(sandbox, made, status, age) for status, age in (("failed", 3 * DAY), ("failed", 60), ("success", 30))
    )
    page = await leadlex.workflows.list_logs(made.id)
    assert ([each.id for each in page.items], page.per_page) == ([good, failed, old], 25)
    assert (page.items[0].workflow_id, page.items[0].entity_id, page.items[0].duration_ms) == (made.id, "d-1", 40)
    assert [each.id async for each in leadlex.workflows.iter_logs(made.id, status="failed")] == [failed, old]
    since = datetime.now(UTC) - timedelta(days=2)
    assert [each.id for each in (await leadlex.workflows.list_logs(made.id, after=since)).items] == [good, failed]
    await leadlex.workflows.delete(made.id)
    assert (await leadlex.workflows.list_logs(made.id)).total == 3


async def test_writes_to_workflows_are_replayed(leadlex: LeadLex) -> None:
    """The same key gets the same answer, and the effect is had once."""
    first = await leadlex.workflows.create(idempotency_key="one", **WORKFLOW)
    assert await leadlex.workflows.create(idempotency_key="one", **WORKFLOW) == first
    changes = [await leadlex.workflows.update(first.id, idempotency_key="two", enabled=False) for _ in range(2)]
    assert changes[0] == changes[1]
    for _ in range(2):
        await leadlex.workflows.delete(first.id, idempotency_key="three")
    assert (await leadlex.workflows.list()).total == 0


async def test_the_life_of_a_key(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """It is told once, does what it may and nothing else, and does nothing any more once it is revoked."""
    made = await leadlex.api_keys.create(name="Ingestion", permissions=["read:contacts"], description="Nightly")
    assert (made.name, made.description, made.rate_limit_tier, made.expires_at) == (
        "Ingestion",
        "Nightly",
        "standard",
        None,
    )
    assert made.key is not None
    assert made.prefix == made.key[:8]
    async with client(sandbox, made.key) as limited:
        assert await limited.tags.list() == []
        with pytest.raises(PermissionDenied):
            await limited.settings.get()
        (listed,) = (await leadlex.api_keys.list()).items
        assert (listed.id, listed.key, listed.permissions) == (made.id, None, ("read:contacts",))
        assert (listed.created_by, listed.last_used_at is not None) == ("usr_sandbox", True)
        await leadlex.api_keys.delete(made.id)
        with pytest.raises(AuthenticationError) as caught:
            await limited.tags.list()
    assert caught.value.code == "invalid_key"


async def test_a_key_is_never_listed_in_plain_text(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """The sandbox knows it, the list does not say it."""
    made = await leadlex.api_keys.create(name="K", permissions=["read"])
    assert sandbox.store.api_keys.named(made.id)["key"] == made.key
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.get(f"{sandbox.url}/v1/api-keys") as response,
    ):
        assert (made.key or "?") not in await response.text()


async def test_a_key_may_expire(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """It works until then, and its name is free afterwards."""
    soon = datetime.fromtimestamp(sandbox.now() + 60, UTC)
    made = await leadlex.api_keys.create(name="K", permissions=["read"], expires_at=soon, rate_limit_tier="high")
    assert (made.expires_at, made.rate_limit_tier) == (soon, "high")
    async with client(sandbox, made.key or "") as limited:
        await limited.tags.list()
        sandbox.advance(61)
        with pytest.raises(AuthenticationError):
            await limited.tags.list()
    await leadlex.api_keys.create(name="K", permissions=["read"])


async def test_keys_are_listed(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Revoked ones where asked for, or those with a word in name or description; one made beside the API too."""
    one = await leadlex.api_keys.create(name="Ingestion", permissions=["read"])
    two = await leadlex.api_keys.create(name="Export", permissions=["read"], description="Of what INGESTION took in")
    three = await leadlex.api_keys.create(name="Old", permissions=["read"])
    await leadlex.api_keys.delete(three.id)
    page = await leadlex.api_keys.list()
    assert ([each.id for each in page.items], page.per_page) == ([one.id, two.id], 25)
    every = [each async for each in leadlex.api_keys.iter(include_revoked=True)]
    assert [each.revoked_at is not None for each in every] == [False, False, True]
    assert [each.id for each in (await leadlex.api_keys.list(search="ingestion")).items] == [one.id, two.id]
    assert (await leadlex.api_keys.list(per_page=1, page=2)).items[0].id == two.id
    sandbox.add_key("read")
    assert (await leadlex.api_keys.list()).items[2].rate_limit_tier == "standard"


async def test_the_names_of_active_keys_are_unique(leadlex: LeadLex) -> None:
    """The name of a revoked one is free again."""
    made = await leadlex.api_keys.create(name="K", permissions=["read"])
    with pytest.raises(Conflict) as caught:
        await leadlex.api_keys.create(name="K", permissions=["write"])
    assert caught.value.code == "duplicate_name"
    await leadlex.api_keys.delete(made.id)
    await leadlex.api_keys.create(name="K", permissions=["write"])


@pytest.mark.parametrize("scope", ["read", "lexi", "contacts:delete", "webhooks:write", "write:ai", "admin:documents"])
async def test_permissions_come_in_three_vocabularies(leadlex: LeadLex, scope: str) -> None:
    """Each is accepted."""
    assert (await leadlex.api_keys.create(name="K", permissions=[scope])).permissions == (scope,)


@pytest.mark.parametrize("scope", ["", "delete", "read:everything", "contacts:admin", "READ"])
async def test_an_unknown_permission_is_refused(leadlex: LeadLex, scope: str) -> None:
    """Beside a known one too."""
    with pytest.raises(ValidationError) as caught:
        await leadlex.api_keys.create(name="K", permissions=["read", scope])
    assert (caught.value.code, [*caught.value.fields]) == ("validation_error", ["permissions"])


async def test_a_revoked_key_is_gone_for_good(leadlex: LeadLex) -> None:
    """Only the replay of the request that revoked it succeeds again."""
    made = await leadlex.api_keys.create(name="K", permissions=["read"])
    for _ in range(2):
        await leadlex.api_keys.delete(made.id, idempotency_key="once")
    with pytest.raises(NotFound):
        await leadlex.api_keys.delete(made.id, idempotency_key="again")


async def test_the_last_admin_key_stays(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """It cannot revoke itself before there is another; a key from elsewhere may revoke it."""
    made = await leadlex.api_keys.create(name="Admin", permissions=["admin:api_keys"])
    other = await leadlex.api_keys.create(name="Reader", permissions=["read"])
    async with client(sandbox, made.key or "") as admin:
        await admin.api_keys.delete(other.id)
        with pytest.raises(PermissionDenied) as caught:
            await admin.api_keys.delete(made.id)
        assert caught.value.code == "insufficient_permissions"
        second = await admin.api_keys.create(name="Second", permissions=["admin:api_keys"])
        await admin.api_keys.delete(made.id)
    await leadlex.api_keys.delete(second.id)
    assert (await leadlex.api_keys.list()).total == 0


async def test_a_replayed_key_is_the_same_key(leadlex: LeadLex) -> None:
    """In plain text once more, and there is one of it."""
    first, again = [
        await leadlex.api_keys.create(idempotency_key="one", name="K", permissions=["read"]) for _ in range(2)
    ]
    assert (first.key, first.id) == (again.key, again.id)
    assert (await leadlex.api_keys.list()).total == 1


async def test_a_write_is_in_the_audit_log(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """With who did what to which record, and the facts of the request."""
    a_write(sandbox, "DELETE", "/functions/v1/api-gateway/v1/contacts/c-1", id="c-1")
    (entry,) = (await leadlex.audit_logs.list()).items
    assert (entry.action, entry.resource_type, entry.resource_id) == ("delete", "contacts", "c-1")
    assert (entry.user.id, entry.user.email, entry.user.type) == (None, "api-key:wbk_sand", "api_key")
    assert entry.details == {
        "method": "DELETE",
        "path": "/v1/contacts/c-1",
        "request_id": REQUEST_ID,
        "status_code": 200,
    }
    assert (entry.ip_address, entry.user_agent, entry.timestamp is not None) == ("127.0.0.1", "Test/1.0", True)


@pytest.mark.parametrize(
    ("method", "path", "action", "kind"),
    [
        ("POST", "/v1/notes", "create", "notes"),
        ("PATCH", "/v1/deals/bulk", "update", "deals"),
        ("POST", "/v1/contacts/bulk-delete", "delete", "contacts"),
        ("POST", "/v1/import/companies", "create", "companies"),
        ("POST", "/v1/api-keys", "create", "api_keys"),
    ],
)
def test_what_a_write_is_called(sandbox: Sandbox, method: str, path: str, action: str, kind: str) -> None:
    """By method and path; the id of what was made comes from the answer."""
    a_write(sandbox, method, path)
    (entry,) = sandbox.store.audit
    assert (entry["action"], entry["resource_type"], entry["resource_id"]) == (action, kind, "n-1")


@pytest.mark.parametrize("body", [b"", b"data: {}\n\n", b'{"data":[]}', b'{"data":{}}', b'{"data":{"created":3}}'])
def test_an_answer_without_an_id_names_no_record(sandbox: Sandbox, body: bytes) -> None:
    """Nothing sent, a stream or a count."""
    record(sandbox, Call(sandbox.now(), {}, "", b""), "POST", "/v1/notes", 201, REQUEST_ID, body=body)
    assert next(iter(sandbox.store.audit))["resource_id"] is None


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("POST", 400), ("DELETE", 404), ("PATCH", 500)])
def test_only_writes_that_succeed_are_noted(sandbox: Sandbox, method: str, status: int) -> None:
    """What was read or refused left nothing behind."""
    a_write(sandbox, method, "/v1/contacts", status=status)
    assert not [*sandbox.store.audit]


@pytest.mark.parametrize(
    ("filters", "paths"),
    [
        ({}, ["/v1/deals", "/v1/deals/d-1", "/v1/contacts/c-1"]),
        ({"action": "delete"}, ["/v1/contacts/c-1"]),
        ({"resource_type": "deals"}, ["/v1/deals", "/v1/deals/d-1"]),
        ({"user_id": "usr_partner"}, []),
        ({"from_date": "yesterday"}, ["/v1/deals"]),
        ({"to_date": "yesterday"}, ["/v1/deals/d-1", "/v1/contacts/c-1"]),
        ({"per_page": 1}, ["/v1/deals"]),
    ],
)
async def test_the_audit_log_is_filtered(
    sandbox: Sandbox, leadlex: LeadLex, filters: AuditLogFilters, paths: list[str]
) -> None:
    """Newest first; what is older than a year is gone."""
    a_write(sandbox, "POST", "/v1/notes", age=366 * DAY)
    a_write(sandbox, "DELETE", "/v1/contacts/c-1", age=3 * DAY, id="c-1")
    a_write(sandbox, "PATCH", "/v1/deals/d-1", age=2 * DAY, id="d-1")
    a_write(sandbox, "POST", "/v1/deals")
    for name in ("from_date", "to_date"):
        if filters.get(name):
            filters = {**filters, name: datetime.now(UTC) - timedelta(days=1)}  # type: ignore[misc]
    page = await leadlex.audit_logs.list(**filters)
    assert [each.details["path"] for each in page.items] == paths
    assert page.per_page == filters.get("per_page", 50)


async def test_what_people_did_is_found_by_their_id(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """Keys have none."""
    a_write(sandbox, "POST", "/v1/deals")
    person: dict[str, JSONValue] = {"id": "usr_partner", "email": "paul@example.com", "type": "user"}
    sandbox.store.audit.add(sandbox.now(), {"user": person, "action": "login", "resource_type": "users", "details": {}})
    (entry,) = [each async for each in leadlex.audit_logs.iter(user_id="usr_partner")]
    assert (entry.user.email, entry.action) == ("paul@example.com", "login")


async def test_a_page_of_the_audit_log_holds_200(sandbox: Sandbox, leadlex: LeadLex) -> None:
    """A wish for more is cut to that."""
    for _ in range(201):
        a_write(sandbox, "POST", "/v1/deals")
    page = await leadlex.audit_logs.list(per_page=500)
    assert (len(page.items), page.per_page, page.total) == (200, 200, 201)
    assert len([each async for each in leadlex.audit_logs.iter()]) == 201


async def test_the_audit_log_is_for_admin_keys(sandbox: Sandbox) -> None:
    """Any admin permission will do, but none is not enough."""
    async with client(sandbox, sandbox.add_key("read", "write", "lexi")) as limited:
        with pytest.raises(PermissionDenied) as caught:
            await limited.audit_logs.list()
    assert caught.value.code == "admin_key_required"
    async with client(sandbox, sandbox.add_key("admin:webhooks")) as admin:
        assert (await admin.audit_logs.list()).total == 0


async def test_a_span_must_not_end_before_it_begins(leadlex: LeadLex) -> None:
    """Within one day it may: the day is all of it."""
    with pytest.raises(ValidationError) as caught:
        await leadlex.audit_logs.list(from_date="2026-04-02", to_date="2026-04-01")
    assert caught.value.code == "invalid_date_range"
    assert (await leadlex.audit_logs.list(from_date="2026-04-01T12:00:00Z", to_date="2026-04-01")).total == 0
