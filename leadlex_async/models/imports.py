"""Imports: rows that became contacts or companies."""

from __future__ import annotations

from attrs import frozen

from .._http.record import OpenEnum


class ImportStatus(OpenEnum):
    """Whether an import is done; nothing in the API tells later how a queued one went."""

    COMPLETED = "completed"
    QUEUED = "queued"


@frozen(kw_only=True)
class ImportFault:
    """Why one row was left out."""

    row_number: int | None = None
    code: str | None = None
    message: str | None = None


@frozen(kw_only=True)
class Imported:
    """What an import answers; the counts of one that is ``queued`` are not known yet."""

    job_id: str | None = None
    status: ImportStatus
    created_count: int = 0
    updated_count: int = 0
    skipped_count: int = 0
    errors: tuple[ImportFault, ...] = ()
