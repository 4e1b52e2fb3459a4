"""Records that several groups of the API share."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum, also


class Priority(OpenEnum):
    """How pressing a deal or a task is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class SendStatus(OpenEnum):
    """What became of a message that was handed over; ``failed`` comes in a successful answer, too."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Direction(OpenEnum):
    """Whether a message came in or went out."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class SyncStatus(OpenEnum):
    """Where a synchronization stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class SyncMode(OpenEnum):
    """Whether a synchronization fetches what is new, or everything again."""

    INCREMENTAL = "incremental"
    FULL = "full"


@frozen(kw_only=True)
class Deleted:
    """What a delete answers: the id of the record that is gone."""

    id: str
    deleted: bool = True


@frozen(kw_only=True)
class BulkError:
    """Why one record of a bulk call was left as it is."""

    id: str = field(metadata=also("contact_id", "deal_id"))
    code: str | None = None
    message: str | None = None


@frozen(kw_only=True)
class BulkDeleted:
    """What deleting many records answers; unknown ids are counted only, they are no errors."""

    deleted_count: int
    not_found_count: int = 0
    errors: tuple[BulkError, ...] = ()


@frozen(kw_only=True)
class ContactSummary:
    """The contact that a note or a task belongs to."""

    id: str
    full_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None


@frozen(kw_only=True)
class CompanySummary:
    """The company that a note or a task belongs to."""

    id: str
    name: str | None = None


@frozen(kw_only=True)
class DealSummary:
    """The deal that a note or a task belongs to."""

    id: str
    name: str | None = None


@frozen(kw_only=True)
class EventSummary:
    """The event that a note or a task belongs to."""

    id: str
    title: str | None = None


@frozen(kw_only=True)
class SyncJob:
    """A synchronization that was asked for; no operation tells how it goes on, a webhook tells its end."""

    job_id: str
    status: SyncStatus | None = None
    mode: SyncMode | None = None
    queued_at: datetime | None = None
