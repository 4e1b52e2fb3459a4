"""What must be true when the last program has finished."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .arena import Arena, Row

_MEANS = {
    "approved": {"approved", "completed"},
    "completed": {"approved", "completed"},
    "dismissed": {"dismissed"},
    "failed": {"failed"},
}


def check(arena: Arena, results: list[Row]) -> None:
    """Each campaign was started once and told once, and the results, the journal and the server agree."""
    sandbox, told = arena.sandbox, {row["campaign_id"]: row["result"] for row in results}
    assert [row["error"] for row in results if row["error"]] == []
    assert sorted(row["campaign_id"] for row in results) == sorted(arena.ids)
    assert {*sandbox.starts.values()} == {1}
    assert sandbox.starts.keys() == {*arena.ids}
    tasks = {task.campaign_id: task.status for task in sandbox.tasks.values()}
    assert len(tasks) == len(sandbox.tasks)
    for campaign_id, outcome in told.items():
        if campaign_id in tasks:
            assert outcome in _MEANS[tasks[campaign_id]]
        else:
            assert outcome == "auto_started"
    written = {campaign_id: json.loads(launch or "{}").get("outcome") for campaign_id, _, launch in arena.read()}
    assert {*arena.rows().values()} == {"decided"}
    assert written == told
