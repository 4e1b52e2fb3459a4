"""Tasks: what people have to do (pages ``tasks/*``)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.record import Page
from .._http.wire import When
from ..models.common import Deleted, Priority
from ..models.tasks import Task, TaskStatus
from ._checks import require_any, require_changes

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/tasks", Page[Task], "tasks", scope="activities:read")
CREATE = Op("POST", "/v1/tasks", Task, "task", scope="activities:write")
GET = Op("GET", "/v1/tasks/{id}", Task, "task", scope="activities:read")
UPDATE = Op("PATCH", "/v1/tasks/{id}", Task, "task", scope="activities:write")
DELETE = Op("DELETE", "/v1/tasks/{id}", Deleted, scope="activities:write")

PARENTS = ("contact_id", "contact_name", "company_id", "company_name", "deal_id", "event_id")

TaskStatusName = Literal["open", "pending", "in_progress", "completed", "dismissed"]
NewTaskStatusName = Literal["open", "in_progress", "completed"]
PriorityName = Literal["low", "medium", "high", "urgent"]
NewTaskPriorityName = Literal["low", "medium", "high"]


class TaskFilters(TypedDict, total=False):
    """Which tasks to list."""

    per_page: int
    status: TaskStatus | TaskStatusName
    assignee_id: str
    deal_id: str
    contact_id: str


class NewTask(TypedDict):
    """Body of ``tasks.create``; a name must fit one record, an id wins over it; ``created_date`` as for deals."""

    title: str
    description: NotRequired[str]
    status: NotRequired[TaskStatus | NewTaskStatusName]
    priority: NotRequired[Priority | NewTaskPriorityName]
    task_type: NotRequired[str]
    due_date: NotRequired[When]
    assignee_id: NotRequired[str]
    contact_id: NotRequired[str]
    contact_name: NotRequired[str]
    company_id: NotRequired[str]
    company_name: NotRequired[str]
    deal_id: NotRequired[str]
    event_id: NotRequired[str]
    created_date: NotRequired[When]


class TaskChanges(TypedDict, total=False):
    """Body of ``tasks.update``; the event of a task cannot be changed."""

    title: str
    description: str | None
    status: TaskStatus | TaskStatusName
    priority: Priority | PriorityName | None
    task_type: str | None
    due_date: When | None
    assignee_id: str | None
    contact_id: str | None
    deal_id: str | None


class Tasks:
    """``leadlex.tasks``. The tasks that Lexi wants approved are in ``leadlex.lexi``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def iter(self, *, limit: int | None = None, **filters: Unpack[TaskFilters]) -> AsyncIterator[Task]:
        """Walk all tasks, one request a page of 100; stops after ``limit`` (tasks/list)."""
        return self._core.iterate(LIST, query=filters, limit=limit)

    async def create(self, **body: Unpack[NewTask]) -> Task:
        """Create a task for a contact, company, deal or event: one of them must be named (tasks/create)."""
        require_any(body, *PARENTS)
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str) -> Task:
        """Read one task (tasks/get)."""
        return await self._core.call(GET, id=id)

    async def update(self, id: str, **changes: Unpack[TaskChanges]) -> Task:
        """Change only the fields given; seven fields come back (tasks/update)."""
        require_changes(changes)
        return await self._core.call(UPDATE, id=id, json=changes)

    async def delete(self, id: str) -> Deleted:
        """Delete a task (tasks/delete)."""
        return await self._core.call(DELETE, id=id)

    async def list(self, *, page: int = 1, **filters: Unpack[TaskFilters]) -> Page[Task]:
        """One page of tasks, 50 unless ``per_page`` (at most 100) says otherwise (tasks/list)."""
        return await self._core.call(LIST, query={"page": page, **filters})
