"""Rows of ``leadlex.activities``."""

from __future__ import annotations

from ._row import HELD, Row

ACTIVITY = {
    "id": "act_1",
    "type": "meeting",
    "title": "Lunch in Basel",
    "description": "Ann wants an offer",
    "contact_id": "c-1",
    "deal_id": "d1",
    "entity_type": "campaign",
    "entity_id": "cmp_9",
    "entity_name": "Autumn",
    "metadata": {"guests": 3, "paid_by": {"user": "usr_1"}},
    "created_by_user_id": "usr_1",
    "created_date": HELD,
}
ENTITY = {"entity_type": "campaign", "entity_id": "cmp_9", "entity_name": "Autumn"}
LINKS = {"contact_id": "c-1", "deal_id": "d1"}

ROWS = [
    Row(
        "activities.create",
        lambda api: api.activities.create(
            type="meeting",
            title="Lunch in Basel",
            description="Ann wants an offer",
            contact_id="c-1",
            deal_id="d1",
            entity_type="campaign",
            entity_id="cmp_9",
            entity_name="Autumn",
            metadata={"guests": 3},
        ),
        "POST /v1/activities",
        {"activity": ACTIVITY},
        body={
            "type": "meeting",
            "title": "Lunch in Basel",
            "description": "Ann wants an offer",
            **LINKS,
            **ENTITY,
            "metadata": {"guests": 3},
        },
        envelope="activity",
    ),
    Row(
        "activities.create of a type of one's own",
        lambda api: api.activities.create(type="tennis"),
        "POST /v1/activities",
        {"activity": ACTIVITY | {"type": "tennis"} | dict.fromkeys([*LINKS, *ENTITY])},
        body={"type": "tennis"},
        envelope="activity",
    ),
    Row(
        "activities.get",
        lambda api: api.activities.get("act_1"),
        "GET /v1/activities/act_1",
        {"activity": ACTIVITY},
        envelope="activity",
    ),
]
