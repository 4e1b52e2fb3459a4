"""Workflows: an action for every record that meets a condition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen

from .._http.record import OpenEnum
from .._http.wire import JSONValue


class WorkflowEntity(OpenEnum):
    """What kind of record a workflow watches."""

    CONTACT = "contact"
    DEAL = "deal"
    TASK = "task"
    EMAIL = "email"
    MEETING = "meeting"


class ConditionOperator(OpenEnum):
    """How the field of a record is compared with the value of the condition."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    CHANGED = "changed"
    CHANGED_TO = "changed_to"
    GREATER_THAN = "greater_than"
    LESS_THAN = "less_than"


class WorkflowAction(OpenEnum):
    """What a workflow does."""

    SEND_EMAIL = "send_email"
    CREATE_TASK = "create_task"
    SEND_CHANNEL_MESSAGE = "send_channel_message"
    WEBHOOK = "webhook"
    UPDATE_FIELD = "update_field"


class RunStatus(OpenEnum):
    """What became of one run of a workflow."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"


class SkipReason(OpenEnum):
    """Why a run was skipped."""

    DAILY_CAP_REACHED = "daily_cap_reached"
    CONDITION_NOT_MET = "condition_not_met"


@frozen(kw_only=True)
class Workflow:
    """A workflow; lists leave out ``triggers_today``, ``auto_disabled_reason`` and ``updated_at``."""

    id: str
    name: str | None = None
    enabled: bool | None = None
    condition_entity: WorkflowEntity | None = None
    condition_field: str | None = None
    condition_operator: ConditionOperator | None = None
    condition_value: str | None = None
    action_type: WorkflowAction | None = None
    action_config: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    """What it holds depends on ``action_type``."""
    max_triggers_per_day: int | None = None
    triggers_today: int | None = None
    last_triggered_at: datetime | None = None
    auto_disabled_reason: str | None = None
    """Why the workflow switched itself off: ``daily_cap_exceeded``, say."""
    created_at: datetime | None = None
    updated_at: datetime | None = None


@frozen(kw_only=True)
class RunError:
    """Why a run failed."""

    code: str | None = None
    message: str | None = None


@frozen(kw_only=True)
class WorkflowRun:
    """One run of a workflow for one record."""

    id: str
    workflow_id: str | None = None
    triggered_at: datetime | None = None
    entity_type: WorkflowEntity | None = None
    entity_id: str | None = None
    status: RunStatus | None = None
    skip_reason: SkipReason | None = None
    action_result: Mapping[str, JSONValue] = field(factory=dict[str, JSONValue])
    error: RunError | None = None
    duration_ms: int | None = None
