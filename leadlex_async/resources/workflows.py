"""Workflows: an action for every record that meets a condition (pages ``workflows/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import JSONValue, When
from ..models.workflows import ConditionOperator, RunStatus, Workflow, WorkflowAction, WorkflowEntity, WorkflowRun
from ._checks import require_changes, require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/workflows", Page[Workflow], "workflows", scope="read:workflows")
CREATE = Op("POST", "/v1/workflows", Workflow, "workflow", scope="write:workflows", idempotent=True)
GET = Op("GET", "/v1/workflows/{id}", Workflow, "workflow", scope="read:workflows")
UPDATE = Op("PATCH", "/v1/workflows/{id}", Workflow, "workflow", scope="write:workflows", idempotent=True)
DELETE = Op("DELETE", "/v1/workflows/{id}", NoneType, scope="write:workflows", idempotent=True)
LIST_LOGS = Op("GET", "/v1/workflows/{id}/logs", Page[WorkflowRun], "logs", scope="read:workflows")

LONGEST_NAME = 120

EntityName = Literal["contact", "deal", "task", "email", "meeting"]
OperatorName = Literal["equals", "not_equals", "contains", "changed", "changed_to", "greater_than", "less_than"]
ActionName = Literal["send_email", "create_task", "send_channel_message", "webhook", "update_field"]
RunStatusName = Literal["success", "failed", "skipped"]


class WorkflowFilters(TypedDict, total=False):
    """Which workflows to list."""

    per_page: int
    enabled: bool
    condition_entity: WorkflowEntity | EntityName
    search: str


class NewWorkflow(TypedDict):
    """Body of ``workflows.create``; ``condition_value`` is text, an empty one for the operator ``changed``."""

    name: str
    condition_entity: WorkflowEntity | EntityName
    condition_field: str
    condition_operator: ConditionOperator | OperatorName
    condition_value: str
    action_type: WorkflowAction | ActionName
    action_config: Mapping[str, JSONValue]
    max_triggers_per_day: NotRequired[int]
    enabled: NotRequired[bool]


class WorkflowChanges(TypedDict, total=False):
    """Body of ``workflows.update``; ``action_config`` is replaced as a whole."""

    name: str
    enabled: bool
    condition_entity: WorkflowEntity | EntityName
    condition_field: str
    condition_operator: ConditionOperator | OperatorName
    condition_value: str
    action_type: WorkflowAction | ActionName
    action_config: Mapping[str, JSONValue]
    max_triggers_per_day: int


class RunFilters(TypedDict, total=False):
    """Which runs to list; ``after`` bounds when they were triggered."""

    per_page: int
    status: RunStatus | RunStatusName
    after: When


class Workflows:
    """``leadlex.workflows``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[WorkflowFilters]) -> AsyncIterator[Workflow]:
        """Walk all workflows, one request a page of 100 (workflows/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, *, idempotency_key: str | None = None, **body: Unpack[NewWorkflow]) -> Workflow:
        """Create a workflow; above ``max_triggers_per_day`` (100) it switches itself off (workflows/create)."""
        require_size("name", body.get("name", ""), LONGEST_NAME, "characters")
        return await self._core.call(CREATE, json=body, idempotency_key=idempotency_key)

    async def get(self, id: str) -> Workflow:
        """Read one workflow, with how often it ran today (workflows/get)."""
        return await self._core.call(GET, id=id)

    async def update(
        self, id: str, *, idempotency_key: str | None = None, **changes: Unpack[WorkflowChanges]
    ) -> Workflow:
        """Change only the fields given (workflows/update)."""
        require_changes(changes)
        return await self._core.call(UPDATE, id=id, json=changes, idempotency_key=idempotency_key)

    async def delete(self, id: str, *, idempotency_key: str | None = None) -> None:
        """Delete a workflow; its logs can still be read (workflows/delete)."""
        await self._core.call(DELETE, id=id, idempotency_key=idempotency_key)

    async def list_logs(self, id: str, *, page: int = 1, **filters: Unpack[RunFilters]) -> Page[WorkflowRun]:
        """One page of runs, 25 unless ``per_page`` (at most 100) says otherwise (workflows/logs)."""
        return await self._core.call(LIST_LOGS, id=id, query={"page": page, **filters})

    def iter_logs(
        self, id: str, *, limit: int | None = None, **filters: Unpack[RunFilters]
    ) -> AsyncIterator[WorkflowRun]:
        """Walk all runs, one request a page of 100 (workflows/logs)."""
        return self._core.iterate(LIST_LOGS, id=id, query=filters, limit=limit)

    async def list(self, *, page: int = 1, **filters: Unpack[WorkflowFilters]) -> Page[Workflow]:
        """One page of workflows, 25 unless ``per_page`` (at most 100) says otherwise (workflows/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
