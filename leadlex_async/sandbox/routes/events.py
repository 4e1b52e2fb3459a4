"""The catalog of event types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resources import events as ops
from ..answers import Answer, data
from ..event_types import CATALOG, VERSION
from ..records import matching
from ..table import route

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World


def catalog(_: World, call: Call) -> Answer:
    """The event types of a category or all; an unknown version has none."""
    known = CATALOG if (call.query.get("version") or VERSION) == VERSION else ()
    rows = matching(known, call, "category")
    return data({"events": rows, "total": len(rows)})


ROUTES = (route(ops.CATALOG, catalog),)
