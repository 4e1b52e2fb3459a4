"""Rows of ``leadlex.campaigns``."""

from __future__ import annotations

from ._row import HELD, META, SINCE, Row, collect

CREATED = {"id": "cmp_9", "name": "Autumn", "status": "draft", "list_id": "l-1", "created_at": HELD}
TOTALS = {"sent": 120, "opened": 45, "replied": 12}
STEP = {
    "id": "step_7",
    "index": 1,
    "subject": "Once more, {{company_name}}",
    "body": "<p>Hello {{first_name}}</p>",
    "delay_days": 4,
    "delay_hours": 6,
    "send_condition": "if_no_reply",
    "created_at": HELD,
}
CAMPAIGN = {
    "id": "cmp_9",
    "name": "Autumn",
    "description": "General counsel in Basel",
    "status": "paused",
    "daily_send_limit": 40,
    "delay_between_emails": 90,
    "sending_timezone": "Europe/Zurich",
    "send_on_weekends": False,
    "track_opens": True,
    "track_clicks": False,
    "show_unsubscribe": True,
    "steps": [{key: STEP[key] for key in ("id", "subject", "body", "delay_days", "delay_hours", "send_condition")}],
    "contacts": ["c-1", "c-2"],
    "created_at": "2026-03-15T09:00:00Z",
    "updated_at": HELD,
}
SETTINGS = {"name": "N", "daily_send_limit": 75, "send_on_weekends": False}
ENROLLED = {
    "contact_id": "c-1",
    "full_name": "Ann Lee",
    "email": "ann@example.com",
    "status": "replied",
    "current_step": 2,
    "added_at": "2026-04-01T09:00:00Z",
    "last_sent_at": None,
}
NEW_STEP = {"subject": "S", "body": "B", "delay_days": 3, "send_condition": "always"}
STATS = {
    "sent_count": 1247,
    "opened_count": 612,
    "clicked_count": 143,
    "replied_count": 89,
    "bounced_count": 12,
    "unsubscribed_count": 4,
    "open_rate": 0.491,
    "click_rate": 0,
    "reply_rate": 0.071,
}
EVENT = {
    "id": "evt_1",
    "type": "clicked",
    "contact_id": "c-1",
    "email": "ann@example.com",
    "step_id": "step_7",
    "timestamp": HELD,
    "metadata": {"url": "https://example.com", "ip_country": "CH"},
}

ROWS = [
    Row(
        "campaigns.list",
        lambda api: api.campaigns.list(),
        "GET /v1/campaigns",
        {"campaigns": [CREATED | {"stats": TOTALS, "status": "pending_approval"}]},
        envelope="campaigns",
    ),
    Row(
        "campaigns.create",
        lambda api: api.campaigns.create(name="Autumn", list_id="l-1", template="Hi {{name}}"),
        "POST /v1/campaigns",
        CREATED,
        body={"name": "Autumn", "list_id": "l-1", "template": "Hi {{name}}"},
    ),
    Row(
        "campaigns.get",
        lambda api: api.campaigns.get("cmp_9"),
        "GET /v1/campaigns/cmp_9",
        {"campaign": CAMPAIGN},
        envelope="campaign",
    ),
    Row(
        "campaigns.update",
        lambda api: api.campaigns.update("cmp_9", name="N", daily_send_limit=75, send_on_weekends=False),
        "PATCH /v1/campaigns/cmp_9",
        {"campaign": {"id": "cmp_9", **SETTINGS, "updated_at": HELD}},
        body=SETTINGS,
        envelope="campaign",
    ),
    Row(
        "campaigns.delete",
        lambda api: api.campaigns.delete("cmp_9"),
        "DELETE /v1/campaigns/cmp_9",
        {"deleted": True, "id": "cmp_9"},
    ),
    Row(
        "campaigns.start",
        lambda api: api.campaigns.start("cmp_9"),
        "POST /v1/campaigns/cmp_9/start",
        {"campaign_id": "cmp_9", "status": "pending_approval", "task_id": "task-1"},
    ),
    Row(
        "campaigns.start at once",
        lambda api: api.campaigns.start("cmp_9"),
        "POST /v1/campaigns/cmp_9/start",
        {"campaign_id": "cmp_9", "status": "active", "task_id": None},
    ),
    Row(
        "campaigns.pause",
        lambda api: api.campaigns.pause("cmp_9"),
        "POST /v1/campaigns/cmp_9/pause",
        {"campaign": {"id": "cmp_9", "status": "paused", "paused_at": HELD}},
        envelope="campaign",
    ),
    Row(
        "campaigns.list_contacts",
        lambda api: api.campaigns.list_contacts("cmp_9", page=2, per_page=25, status="replied"),
        "GET /v1/campaigns/cmp_9/contacts",
        {"contacts": [ENROLLED]},
        query={"page": "2", "per_page": "25", "status": "replied"},
        envelope="contacts",
        meta=META,
    ),
    Row(
        "campaigns.iter_contacts",
        lambda api: collect(api.campaigns.iter_contacts("cmp_9", status="active", limit=1)),
        "GET /v1/campaigns/cmp_9/contacts",
        {"contacts": [ENROLLED]},
        query={"page": "1", "per_page": "100", "status": "active"},
        envelope="contacts",
    ),
    Row(
        "campaigns.add_contacts",
        lambda api: api.campaigns.add_contacts("cmp_9", ("c-1", "c-2"), source="list:basel"),
        "POST /v1/campaigns/cmp_9/contacts",
        {"added": 2, "skipped": 1, "contact_ids": ["c-1", "c-2"]},
        body={"contact_ids": ["c-1", "c-2"], "source": "list:basel"},
    ),
    Row(
        "campaigns.remove_contact",
        lambda api: api.campaigns.remove_contact("cmp_9", "c-1"),
        "DELETE /v1/campaigns/cmp_9/contacts/c-1",
        {"removed": True, "campaign_id": "cmp_9", "contact_id": "c-1"},
    ),
    Row(
        "campaigns.list_steps",
        lambda api: api.campaigns.list_steps("cmp_9"),
        "GET /v1/campaigns/cmp_9/steps",
        {"steps": [STEP, STEP | {"id": "step_8", "index": 2}]},
        envelope="steps",
    ),
    Row(
        "campaigns.create_step",
        lambda api: api.campaigns.create_step("cmp_9", subject="S", body="B", delay_days=3, send_condition="always"),
        "POST /v1/campaigns/cmp_9/steps",
        {"step": STEP},
        body=NEW_STEP,
        envelope="step",
    ),
    Row(
        "campaigns.update_step",
        lambda api: api.campaigns.update_step("cmp_9", "step_7", delay_days=5),
        "PATCH /v1/campaigns/cmp_9/steps/step_7",
        {"step": {key: value for key, value in STEP.items() if key != "created_at"}},
        body={"delay_days": 5},
        envelope="step",
    ),
    Row(
        "campaigns.delete_step",
        lambda api: api.campaigns.delete_step("cmp_9", "step_7"),
        "DELETE /v1/campaigns/cmp_9/steps/step_7",
        {"deleted": True, "id": "step_7"},
    ),
    Row(
        "campaigns.stats",
        lambda api: api.campaigns.stats("cmp_9"),
        "GET /v1/campaigns/cmp_9/stats",
        {"stats": STATS},
        envelope="stats",
    ),
    Row(
        "campaigns.list_events",
        lambda api: api.campaigns.list_events(
            "cmp_9", type="clicked", contact_id="c-1", from_date=SINCE, to_date="2026-05-01"
        ),
        "GET /v1/campaigns/cmp_9/events",
        {"events": [EVENT]},
        query={
            "page": "1",
            "type": "clicked",
            "contact_id": "c-1",
            "from_date": "2026-04-01T00:00:00Z",
            "to_date": "2026-05-01",
        },
        envelope="events",
        meta=META,
    ),
    Row(
        "campaigns.iter_events",
        lambda api: collect(api.campaigns.iter_events("cmp_9", per_page=30, limit=1)),
        "GET /v1/campaigns/cmp_9/events",
        {"events": [EVENT]},
        query={"page": "1", "per_page": "30"},
        envelope="events",
    ),
]
