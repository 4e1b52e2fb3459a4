"""Bodies and filters that several resources share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from .._http.wire import When


class PageSize(TypedDict, total=False):
    """How many rows to a page, at most 100."""

    per_page: int


class NewRemark(TypedDict):
    """Body of ``create_note`` of a contact or a deal; ``content`` has at most 10,000 characters."""

    title: str
    content: NotRequired[str]
    created_date: NotRequired[When]


class DocumentFilters(TypedDict, total=False):
    """Which linked documents to list."""

    per_page: int
    role: str


class ImportOptions(TypedDict, total=False):
    """How to import: rows that match by e-mail or phone are skipped, or changed with ``update_existing``."""

    update_existing: bool
    tags: Sequence[str]


class CSVOptions(ImportOptions, total=False):
    """How to read the CSV text: ``mapping`` leads from its column names to fields."""

    has_header: bool
    mapping: Mapping[str, str]
