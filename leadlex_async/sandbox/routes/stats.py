"""Statistics, counted on the shelves when they are asked for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ...resources import stats as ops
from ..answers import Answer, data
from ..clock import DAY, epoch
from ..records import Record, matching, within
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..call import Call
    from ..world import World

_DAYS = 7


def pipeline(world: World, call: Call) -> Answer:
    """Deals by stage; one without a stage is in the total only."""
    rows = matching(world.store.deals, call, "pipeline", tag="tags")
    return data({"stages": _counts(rows, "stage"), "total": len(rows)})


def activities(world: World, call: Call) -> Answer:
    """Activities of a span of time by type."""
    rows = within(world.store.activities, call, "created_date", after="date_from", before="date_to")
    wanted = call.query.get("activity_type")
    rows = [row for row in rows if not wanted or row["type"] == wanted]
    return data({"total": len(rows), "by_type": _counts(rows, "type")})


def outreach(world: World, call: Call) -> Answer:
    """Activities and new deals of the last days, and what came of the mails."""
    days = call.whole("days", _DAYS)
    since = call.now - days * DAY
    done = _counts(_since(world.store.activities, since), "type")
    deals = _counts(matching(_since(world.store.deals, since), call, "pipeline"), "status")
    return data(
        {
            "period_days": days,
            "activities": done | {"total": sum(done.values())},
            "deals": deals | {"total": sum(deals.values())},
            "conversion": {"reply_rate": _rate(done, "email_replied"), "meeting_rate": _rate(done, "meeting")},
        }
    )


def _since(rows: Iterable[Record], moment: float) -> list[Record]:
    return [row for row in rows if (epoch(str(row["created_date"])) or 0.0) >= moment]


def _counts(rows: Iterable[Record], name: str) -> dict[str, int]:
    """How many rows there are of each value that a field has."""
    return dict(Counter(str(row[name]) for row in rows if row.get(name)))


def _rate(done: dict[str, int], what: str) -> float:
    """In percent of the mails sent, to one decimal."""
    sent = done.get("email_sent", 0)
    return round(100 * done.get(what, 0) / sent, 1) if sent else 0.0


ROUTES = (
    route(ops.PIPELINE, pipeline),
    route(ops.ACTIVITIES, activities),
    route(ops.OUTREACH, outreach),
)
