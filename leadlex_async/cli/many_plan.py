"""``leadlex launch-many --plan``: what is still to be started, and how long that takes."""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import asdict

from ..bulk.journal import Journal
from .clients import client
from .report import say
from .run import finish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..bulk.journal import State
    from .many import Order


async def known(journal: str | None, base_url: str) -> Mapping[str, State]:
    """How far the journal's campaigns have come; a journal that does not exist is not made."""
    if journal is None or not os.access(journal, os.F_OK):
        return {}
    opened = await Journal.open(journal, base_url)
    try:
        return await opened.states()
    finally:
        await finish(opened.aclose())


async def show(order: Order, ids: list[str] | None) -> int:
    """Print the plan of what the journal does not know yet."""
    leadlex = client(plan=order["quota"])
    states = await known(order["journal"], leadlex.base_url)
    to_start = [each for each in {*(states if ids is None else ids)} if states.get(each, "intent") == "intent"]
    plan = leadlex.campaigns.plan_launch(len(to_start))
    say(json.dumps(asdict(plan), default=datetime.isoformat) if order["json"] else str(plan))
    return 0
