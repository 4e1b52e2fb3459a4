"""Events: every documented one has its class, and what it holds can be read."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, cast

import attrs
import pytest
from webhook_bodies import CONTACT, ENVELOPE, pushed, verified

from leadlex_async import WebhookEvent as Exported
from leadlex_async.models.contacts import Contact
from leadlex_async.models.webhook_events import KINDS
from leadlex_async.webhooks import (
    ActivityEvent,
    BulkEvent,
    CampaignEvent,
    CompanyEvent,
    ContactEvent,
    DealEvent,
    DocumentEvent,
    EmailEvent,
    EventName,
    ImportEvent,
    LexiTaskEvent,
    ListEvent,
    MeetingEvent,
    NoteEvent,
    SyncEvent,
    TaskEvent,
    WebhookEvent,
    WebhookVerificationError,
    WorkflowEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable

OVERVIEW = """
contact.created contact.updated contact.deleted contact.bulk_created company.created company.updated company.deleted
deal.created deal.updated deal.deleted deal.bulk_created deal.bulk_updated list.created list.deleted
list.contacts_added list.contacts_removed campaign.created campaign.started campaign.paused campaign.deleted
campaign.step_created campaign.contacts_added activity.created task.created task.updated task.approved task.dismissed
""".split()  # noqa: SIM905 - a list of as many lines shows no more
CATALOG = """
contact.created contact.updated contact.deleted contact.merged contact.enriched company.created company.updated
company.enriched deal.created deal.updated deal.stage_changed deal.closed_won deal.closed_lost task.created
task.completed task.overdue note.created email.sent email.received email.sync.completed meeting.scheduled
meeting.cancelled meeting.completed document.created document.deleted workflow.triggered workflow.auto_disabled
""".split()  # noqa: SIM905 - a list of as many lines shows no more
ELSEWHERE = ["calendar.sync.completed", "import.completed"]
PLANNED = """
campaign.completed campaign.email_sent campaign.email_opened campaign.email_replied lexi.task_created
lexi.task_approved lexi.task_completed lexi.task_failed list.updated list.contact_added
""".split()  # noqa: SIM905 - a list of as many lines shows no more

CLASSES: dict[str, type[WebhookEvent]] = {
    "contact.": ContactEvent,
    "company.": CompanyEvent,
    "deal.": DealEvent,
    "list.": ListEvent,
    "campaign.": CampaignEvent,
    "activity.": ActivityEvent,
    "task.": TaskEvent,
    "lexi.": LexiTaskEvent,
    "note.": NoteEvent,
    "email.": EmailEvent,
    "meeting.": MeetingEvent,
    "document.": DocumentEvent,
    "workflow.": WorkflowEvent,
    "import.": ImportEvent,
    "calendar.": SyncEvent,
}
EXCEPTIONS: dict[str, type[WebhookEvent]] = {
    "email.sync.completed": SyncEvent,
    "task.approved": LexiTaskEvent,
    "task.dismissed": LexiTaskEvent,
    "contact.bulk_created": BulkEvent,
    "deal.bulk_created": BulkEvent,
    "deal.bulk_updated": BulkEvent,
}


def test_every_documented_event_is_known() -> None:
    """Those of both lists, of other pages, and those of the guide's first edition; no other."""
    assert len(OVERVIEW) == len(CATALOG) == 27
    assert {*map(str, EventName)} == {*OVERVIEW, *CATALOG, *ELSEWHERE, *PLANNED}


@pytest.mark.parametrize("name", sorted({*OVERVIEW, *CATALOG, *ELSEWHERE, *PLANNED}))
def test_every_documented_event_has_its_class(name: str) -> None:
    """It is what the event is about; the name is an ``EventName`` and text."""
    event = pushed(name)
    assert type(event) is EXCEPTIONS.get(name, CLASSES[name.partition(".")[0] + "."])
    assert type(event) is KINDS[name]
    assert event.event == name
    assert event.event is EventName(name)
    assert event.event.known


@pytest.mark.parametrize("name", ["contact.promoted", "contact", "bulk", "\u2603", "company.bulk_created"])
def test_an_unknown_event_is_an_event(name: str) -> None:
    """LeadLex adds some without notice."""
    event = pushed(name, thing={"id": "t-1"})
    assert type(event) is WebhookEvent
    assert event.event == name
    assert not event.event.known
    assert event.id_of("thing") == "t-1"


def test_an_event_can_be_made_by_hand() -> None:
    """For tests of what feeds on them; the class is exported at the top, too."""
    event = Exported(event="task.approved", data={"task": {"id": "x"}})
    assert event.event is EventName.TASK_APPROVED
    assert (event.delivery_id, event.occurred_at, event.workspace_id) == (None, None, None)
    assert event.id_of("task") == "x"
    assert LexiTaskEvent(event="task.approved", data={"task_id": "y"}).task_id == "y"


# What events hold

CREATED = datetime(2026, 4, 17, 14, 23, 5, tzinfo=UTC)
TASK = {
    "id": "t-1",
    "type": "campaign_start",
    "status": "approved",
    "description": "Start it",
    "created_at": "2026-04-17T10:00:00Z",
    "metadata": {"campaign_id": "cmp-1", "contact_count": 150},
}

HELD: list[tuple[str, dict[str, object], dict[str, object]]] = [
    (
        "contact.created",
        {"contact": CONTACT},
        {"contact.email": "jane@example.com", "contact.created_at": CREATED, "contact_id": CONTACT["id"]},
    ),
    (
        "contact.updated",
        {"contact": {"id": "c-1"}, "changed_fields": ["job_title"]},
        {"contact.id": "c-1", "changed_fields": ("job_title",)},
    ),
    ("contact.deleted", {"contact_id": "c-1"}, {"contact": None, "contact_id": "c-1", "changed_fields": ()}),
    (
        "company.updated",
        {"company": {"id": "co-1", "name": "Lee"}, "changed_fields": "name"},
        {"company.name": "Lee", "company_id": "co-1", "changed_fields": ("name",)},
    ),
    (
        "deal.stage_changed",
        {"deal": {"id": "d-1"}, "from_stage_id": "s-1", "to_stage_id": "s-2"},
        {"deal.id": "d-1", "deal_id": "d-1", "from_stage_id": "s-1", "to_stage_id": "s-2", "changed_fields": ()},
    ),
    (
        "list.contacts_added",
        {"list": {"id": "l-1", "name": "VIP"}, "contact_ids": ["c-1", "c-2"]},
        {"contact_list.name": "VIP", "list_id": "l-1", "contact_ids": ("c-1", "c-2")},
    ),
    ("list.contacts_removed", {"list_id": "l-1", "contact_id": "c-1"}, {"list_id": "l-1", "contact_ids": ("c-1",)}),
    (
        "campaign.started",
        {"campaign": {"id": "cmp-1", "name": "Spring", "status": "active"}},
        {"campaign.status": "active", "campaign_id": "cmp-1", "step": None, "contact_ids": ()},
    ),
    (
        "campaign.step_created",
        {"campaign_id": "cmp-1", "step": {"id": "st-1", "delay_days": 3}},
        {"campaign": None, "campaign_id": "cmp-1", "step.delay_days": 3},
    ),
    ("activity.created", {"activity": {"id": "a-1", "type": "call"}}, {"activity.type": "call", "activity_id": "a-1"}),
    (
        "task.created",
        {"task": {"id": "t-1", "title": "Call", "status": "open"}},
        {"task.title": "Call", "task_id": "t-1", "lexi_task": None},
    ),
    ("task.created", {"task": TASK}, {"task.status": "approved", "lexi_task.campaign_id": "cmp-1"}),
    (
        "task.approved",
        {"task": TASK},
        {"task.type": "campaign_start", "task.contact_count": 150, "task_id": "t-1", "campaign_id": "cmp-1"},
    ),
    (
        "task.dismissed",
        {"task": {"id": "t-1"}, "campaign": {"id": "cmp-1"}},
        {"task": None, "task_id": "t-1", "campaign_id": "cmp-1"},
    ),
    (
        "lexi.task_failed",
        {"task_id": "t-1", "campaign_id": "cmp-1"},
        {"task": None, "task_id": "t-1", "campaign_id": "cmp-1"},
    ),
    ("note.created", {"note": {"id": "n-1", "title": "Met"}}, {"note.title": "Met", "note_id": "n-1"}),
    (
        "email.sent",
        {"message_id": "m-1", "to": ["jane@example.com"]},
        {"message_id": "m-1", "to": ("jane@example.com",), "thread_id": None},
    ),
    ("email.received", {"message": {"id": "m-1"}, "thread_id": "th-1"}, {"message_id": "m-1", "thread_id": "th-1"}),
    ("meeting.scheduled", {"event_id": "e-1", "title": "Intake"}, {"event_id": "e-1", "title": "Intake"}),
    ("document.created", {"document": {"id": "f-1", "name": "NDA"}}, {"document.name": "NDA", "document_id": "f-1"}),
    (
        "workflow.auto_disabled",
        {"workflow": {"id": "wf-1", "auto_disabled_reason": "daily_cap_exceeded"}},
        {"workflow.auto_disabled_reason": "daily_cap_exceeded", "workflow_id": "wf-1"},
    ),
    (
        "email.sync.completed",
        {"job_id": "j-1", "mode": "full", "status": "completed"},
        {"job.mode": "full", "job_id": "j-1"},
    ),
    ("calendar.sync.completed", {"job": {"job_id": "j-1", "status": "failed"}}, {"job.status": "failed"}),
    (
        "import.completed",
        {"job_id": "j-1", "status": "completed", "created_count": 7},
        {"imported.created_count": 7, "job_id": "j-1"},
    ),
    (
        "contact.bulk_created",
        {"contacts": [{"id": "c-1"}, {"id": "c-2"}], "count": 2},
        {"records": ({"id": "c-1"}, {"id": "c-2"}), "count": 2},
    ),
    ("deal.bulk_updated", {"deal_ids": ["d-1", "d-2"], "count": 2}, {"records": (), "count": 2}),
    ("deal.bulk_created", {"deals": [{"id": "d-1"}]}, {"records": ({"id": "d-1"},), "count": 1}),
]


@pytest.mark.parametrize(("name", "data", "held"), HELD)
def test_what_an_event_holds(name: str, data: dict[str, object], held: dict[str, object]) -> None:
    """It is read out of the data, wherever the API's pages have it; the data stays as it came."""
    event = pushed(name, **data)
    assert {path: attrgetter(path)(event) for path in held} == held
    assert event.data == data


RECORDS = """
contact company deal list campaign step activity task note message thread event document workflow job import
""".split()  # noqa: SIM905 - as above
KEYS = [
    *RECORDS,
    *(f"{name}_id" for name in RECORDS),
    *("changed_fields", "contact_ids", "to", "title", "from_stage_id", "count", "status", "records"),
]


def parts() -> list[tuple[type[WebhookEvent], str]]:
    """All that the classes read out of the data."""
    return [(kind, name) for kind in {*KINDS.values()} for name in vars(kind) if not name.startswith("_")]


@pytest.mark.parametrize(
    "value", [None, 7, True, "text", [], [None], [[7]], {}, {"id": 7}, {"id": "x", "created_at": 7}]
)
def test_a_misshapen_event_is_an_event(value: object) -> None:
    """Whatever lies where something is expected: None or nothing, and never an error."""
    data = dict.fromkeys(KEYS, value)
    for kind, name in parts():
        event = verified({"event": kind.__name__, "data": data})
        held = cast("object", getattr(kind(event="x", data=event.data), name))
        assert held is None or isinstance(held, (str, tuple, int)) or attrs.has(type(held))


def test_what_a_class_reads_is_found_at_the_class() -> None:
    """For whoever looks at it there."""
    assert {"contact", "contact_id", "changed_fields"} <= {name for kind, name in parts() if kind is ContactEvent}
    assert ContactEvent.contact is vars(ContactEvent)["contact"]


def told(event: WebhookEvent) -> str:
    """What a handler makes of an event."""
    match event:
        case LexiTaskEvent(event=EventName.TASK_APPROVED, campaign_id=str(campaign)):
            return f"{campaign} is on its way"
        case ContactEvent(contact=Contact(email=str(address))):
            return f"write to {address}"
        case ContactEvent():
            return "somebody"
        case _:
            return "something"


def test_events_can_be_matched() -> None:
    """By class, name and contents at once."""
    assert told(pushed("task.approved", task=TASK)) == "cmp-1 is on its way"
    assert told(pushed("task.dismissed", task=TASK)) == "something"
    assert told(pushed("contact.created", contact=CONTACT)) == "write to jane@example.com"
    assert told(pushed("contact.created")) == "somebody"


# Envelopes


def test_the_envelope_of_the_catalog() -> None:
    """Its examples have other names for the same."""
    event = verified(
        {
            "id": "evt_02HY2",
            "type": "contact.updated",
            "created_at": "2026-04-17T09:05:00Z",
            "data": {"contact": CONTACT},
        }
    )
    assert isinstance(event, ContactEvent)
    assert (event.event, event.delivery_id, event.workspace_id) == ("contact.updated", "evt_02HY2", None)
    assert event.occurred_at == datetime(2026, 4, 17, 9, 5, tzinfo=UTC)
    assert event.contact_id == CONTACT["id"]


def test_the_envelope_of_the_first_edition() -> None:
    """It has no delivery id."""
    event = verified(
        {
            "event": "lexi.task_approved",
            "timestamp": "2026-02-24T09:00:00Z",
            "workspace_id": "w_1",
            "data": {"task": TASK},
        }
    )
    assert isinstance(event, LexiTaskEvent)
    assert (event.delivery_id, event.workspace_id, event.campaign_id) == (None, "w_1", "cmp-1")
    assert event.occurred_at == datetime(2026, 2, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "envelope",
    [b"", b"{", b"null", b"[]", b"7", b'"event"', {}, {"event": ""}, {"event": None}, {"event": 7}, {"event": ["a"]}],
)
def test_what_names_no_event_is_none(envelope: object) -> None:
    """Signed, but nothing that can be told apart."""
    with pytest.raises(WebhookVerificationError) as caught:
        verified(envelope)
    assert caught.value.check == "content"


@pytest.mark.parametrize("value", [None, 7, True, "", "soon", [], {}, {"a": 1}])
def test_odd_fields_do_not_lose_an_event(value: object) -> None:
    """What is no date is none, what is no text is none, what is no object is empty."""
    odd = dict.fromkeys(("delivery_id", "occurred_at", "workspace_id", "data"), value)
    event = verified({"event": "contact.created", **odd})
    assert isinstance(event, ContactEvent)
    assert event.occurred_at is None
    assert event.delivery_id == (value if isinstance(value, str) and value else None)
    assert event.data == (value if isinstance(value, dict) else {})


def test_a_time_without_a_zone_is_utc() -> None:
    """As everywhere in the API."""
    event = verified(ENVELOPE | {"occurred_at": "2026-04-17T09:05:00"})
    assert event.occurred_at == datetime(2026, 4, 17, 9, 5, tzinfo=UTC)


# Fingerprints


def test_the_fingerprint_is_that_of_the_content() -> None:
    """Whatever the delivery is called, and in whatever order it is written."""
    one = verified(ENVELOPE)
    assert len(one.fingerprint) == 64
    assert verified(ENVELOPE | {"delivery_id": "another"}).fingerprint == one.fingerprint
    assert verified(dict(reversed(ENVELOPE.items()))).fingerprint == one.fingerprint
    assert pushed("x", a=1, b=2).fingerprint == pushed("x", b=2, a=1).fingerprint


@pytest.mark.parametrize(
    "changed",
    [
        {"event": "contact.updated"},
        {"occurred_at": "2026-04-17T11:59:59Z"},
        {"occurred_at": None},
        {"workspace_id": "w_2"},
        {"data": {}},
        {"data": {"contact": CONTACT | {"email": "john@example.com"}}},
    ],
)
def test_another_content_has_another_fingerprint(changed: dict[str, object]) -> None:
    """Each part of it counts."""
    assert verified(ENVELOPE | changed).fingerprint != verified(ENVELOPE).fingerprint


@pytest.mark.parametrize("depth", [10, 300, 1000])
def test_what_is_nested_deeply_has_a_fingerprint(depth: int) -> None:
    """Deeper than the writer of JSON goes; the reader goes deeper."""
    body = b'{"event":"x","data":' + b'{"a":' * depth + b"%d" + b"}" * (depth + 1)
    assert verified(body % 1).fingerprint == verified(body % 1).fingerprint
    assert verified(body % 1).fingerprint != verified(body % 2).fingerprint


def sent(event: WebhookEvent) -> WebhookEvent:
    """The event in another process."""
    arrived = pickle.loads(pickle.dumps(event))  # noqa: S301 - our own
    assert isinstance(arrived, WebhookEvent)
    return arrived


TWINS: list[Callable[[WebhookEvent], WebhookEvent]] = [copy.copy, copy.deepcopy, sent]


@pytest.mark.parametrize("twin", TWINS)
def test_an_event_travels(twin: Callable[[WebhookEvent], WebhookEvent]) -> None:
    """To another process, say, with its class and all."""
    event = verified(ENVELOPE)
    before = event.fingerprint
    made = twin(event)
    assert (type(made), made, made.fingerprint) == (ContactEvent, event, before)
    assert attrs.evolve(made, event="x").fingerprint != before


def test_an_event_cannot_be_changed() -> None:
    """Others may hold it, too."""
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        verified(ENVELOPE).event = EventName.TASK_APPROVED  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue] - wrong on purpose
