"""The table of what LeadLex documents, as records, side by side with the SDK's operations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import field, frozen

from leadlex_async import catalog

PATH = Path(__file__).parent.parent / "data" / "endpoints.json"


@frozen
class Field:
    """A parameter or a field of an answer, as documented."""

    name: str
    type: str | list[str]
    place: str = ""
    required: bool = False
    required_if: dict[str, str] = field(factory=dict[str, str])
    enum: list[str | int] = field(factory=list[str | int])
    open: bool = False
    """Whether the page says that there are more words than ``enum`` has."""
    items: str = ""
    fields: list[Field] = field(factory=list["Field"])
    free: bool = False
    """Whether an object may hold anything."""
    values: str = ""
    """The type of an object's values, where its keys are free."""
    aliases: list[str] = field(factory=list[str])
    format: Literal["", "date", "date-time", "date-or-time"] = ""
    min: float | None = None
    max: float | None = None
    unit: Literal["", "characters", "items", "KB", "MB"] = ""
    default: object = None
    examples: list[object] = field(factory=list[object])
    nullable: bool = False
    comma_separated: bool = False
    repeatable: bool = False
    source: Literal["", "text", "example", "guide", "inferred"] = ""
    """Where it is documented, if not in its page's own table of fields."""
    pages: list[str] = field(factory=list[str])
    """The pages that have it, where the others of the operation do not."""

    def __str__(self) -> str:
        return self.name

    @property
    def types(self) -> set[str]:
        """The JSON types it may have."""
        return {self.type} if isinstance(self.type, str) else {*self.type}

    @property
    def item(self) -> Field:
        """One item of an array."""
        return Field(
            self.name, self.items or "string", enum=self.enum, open=self.open, fields=self.fields, free=self.free
        )


@frozen(repr=False)
class Documented:
    """One operation, as documented."""

    pages: list[str]
    method: str
    path: str
    scope: str
    idempotency_key: bool
    no_content: bool
    content_type: Literal["", "application/json", "text/csv", "text/event-stream"]
    envelope: str
    many: bool
    paging: Literal["query", "body"] | None
    params: list[Field]
    response: list[Field]
    one_of: list[list[str]] = field(factory=list[list[str]])
    credits: bool = False
    scope_if: dict[str, str] = field(factory=dict[str, str])
    """The scope that an option needs besides."""
    items: str = ""
    """The type of the rows, where they are no objects."""
    beside: list[Field] = field(factory=list[Field])
    """What lies beside the rows in ``data``."""
    columns: list[str] = field(factory=list[str])
    events: list[Field] = field(factory=list[Field])

    def __repr__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How the SDK names it."""
        return f"{self.method} {self.path}"


def _field(raw: dict[str, Any]) -> Field:
    given: dict[str, Any] = {"place" if key == "in" else key: value for key, value in raw.items()}
    given["fields"] = _fields(raw.get("fields", []))
    return Field(**given)


def _fields(raw: list[dict[str, Any]]) -> list[Field]:
    return [_field(each) for each in raw]


def _operation(raw: dict[str, Any]) -> Documented:
    """An unknown key is a spelling mistake, and an error."""
    given = dict(raw)
    for key in ("params", "response", "beside", "events"):
        given[key] = _fields(raw.get(key, []))
    return Documented(**given)


TABLE = {one.label: one for one in map(_operation, json.loads(PATH.read_text()))}
OURS = {operation.op.label: operation for operation in catalog.operations()}
PAIRS = [(TABLE[label], OURS[label]) for label in TABLE if label in OURS]

by_operation = pytest.mark.parametrize(
    ("documented", "operation"), [pytest.param(*pair, id=pair[1].name) for pair in PAIRS]
)
"""Runs a test once for every operation."""
