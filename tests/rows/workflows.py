"""Rows of ``leadlex.workflows``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._row import HELD, META, SINCE, Row, collect

if TYPE_CHECKING:
    from leadlex_async._http.wire import JSONValue

CONFIG: dict[str, JSONValue] = {"title": "Call {{contact.name}}", "due": {"in_days": 2}}
LISTED = {
    "id": "wf_1",
    "name": "Call new partners",
    "enabled": True,
    "condition_entity": "contact",
    "condition_field": "tags",
    "condition_operator": "contains",
    "condition_value": "partner",
    "action_type": "create_task",
    "action_config": CONFIG,
    "max_triggers_per_day": 20,
    "last_triggered_at": HELD,
    "created_at": "2026-03-15T09:00:00Z",
}
WORKFLOW = LISTED | {"triggers_today": 21, "auto_disabled_reason": "daily_cap_exceeded", "updated_at": HELD}
NEW = {
    key: value for key, value in LISTED.items() if key not in {"id", "enabled", "last_triggered_at", "created_at"}
} | {"enabled": False}
RUN = {
    "id": "wfl_1",
    "workflow_id": "wf_1",
    "triggered_at": HELD,
    "entity_type": "contact",
    "entity_id": "c-1",
    "status": "success",
    "skip_reason": None,
    "action_result": {"task_id": "t1"},
    "error": None,
    "duration_ms": 77,
}
SKIPPED = RUN | {"id": "wfl_2", "status": "skipped", "skip_reason": "condition_not_met", "action_result": {}}
FAILED = RUN | {"id": "wfl_3", "status": "failed", "error": {"code": "not_found", "message": "No such contact"}}

ROWS = [
    Row(
        "workflows.list",
        lambda api: api.workflows.list(page=2, per_page=25, enabled=True, condition_entity="contact", search="call"),
        "GET /v1/workflows",
        {"workflows": [LISTED]},
        query={"page": "2", "per_page": "25", "enabled": "true", "condition_entity": "contact", "search": "call"},
        envelope="workflows",
        meta=META,
    ),
    Row(
        "workflows.iter",
        lambda api: collect(api.workflows.iter(enabled=False, limit=1)),
        "GET /v1/workflows",
        {"workflows": [LISTED]},
        query={"page": "1", "per_page": "100", "enabled": "false"},
        envelope="workflows",
    ),
    Row(
        "workflows.create",
        lambda api: api.workflows.create(
            name="Call new partners",
            condition_entity="contact",
            condition_field="tags",
            condition_operator="contains",
            condition_value="partner",
            action_type="create_task",
            action_config=CONFIG,
            max_triggers_per_day=20,
            enabled=False,
        ),
        "POST /v1/workflows",
        WORKFLOW | {"enabled": False},
        body=NEW,
        idempotent=True,
    ),
    Row("workflows.get", lambda api: api.workflows.get("wf_1"), "GET /v1/workflows/wf_1", WORKFLOW),
    Row(
        "workflows.update",
        lambda api: api.workflows.update("wf_1", enabled=False),
        "PATCH /v1/workflows/wf_1",
        WORKFLOW | {"enabled": False},
        body={"enabled": False},
        idempotent=True,
    ),
    Row(
        "workflows.update of all",
        lambda api: api.workflows.update(
            "wf_1",
            idempotency_key="k1",
            name="Call new partners",
            enabled=False,
            condition_entity="contact",
            condition_field="tags",
            condition_operator="contains",
            condition_value="partner",
            action_type="create_task",
            action_config=CONFIG,
            max_triggers_per_day=20,
        ),
        "PATCH /v1/workflows/wf_1",
        WORKFLOW,
        body=NEW,
        idempotent=True,
    ),
    Row(
        "workflows.delete",
        lambda api: api.workflows.delete("wf_1", idempotency_key="k1"),
        "DELETE /v1/workflows/wf_1",
        None,
        idempotent=True,
    ),
    Row(
        "workflows.list_logs",
        lambda api: api.workflows.list_logs("wf_1", page=2, per_page=25, status="success", after=SINCE),
        "GET /v1/workflows/wf_1/logs",
        {"logs": [RUN, SKIPPED, FAILED]},
        query={"page": "2", "per_page": "25", "status": "success", "after": "2026-04-01T00:00:00Z"},
        envelope="logs",
        meta=META,
    ),
    Row(
        "workflows.iter_logs",
        lambda api: collect(api.workflows.iter_logs("wf_1", status="failed", limit=3)),
        "GET /v1/workflows/wf_1/logs",
        {"logs": [RUN, SKIPPED, FAILED]},
        query={"page": "1", "per_page": "100", "status": "failed"},
        envelope="logs",
    ),
]
