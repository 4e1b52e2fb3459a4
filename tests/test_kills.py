"""A bulk launch killed at every point of its way, again and again, and resumed from its journal.

``make torture`` does the same with hundreds of kills.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from killing.arena import FROM_OUTSIDE, WITHIN, Arena, Tally
from killing.hasty import HastyLoop
from killing.verdict import check

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 26


def test_a_batch_killed_and_resumed(tmp_path: Path) -> None:
    """Whatever a kill meets, each campaign is started once and told once, and journal and server agree."""
    tally, points = Tally(), {*WITHIN, *FROM_OUTSIDE}
    # A batch may be through before it was killed so often, or everywhere; then another one is, up to five in all.
    for seed in range(1, 6):
        missing = max(KILLS - sum(tally.kills.values()), len(points - tally.kills.keys()))
        if missing:
            arena = Arena(tmp_path, seed, tally)
            with asyncio.Runner(loop_factory=HastyLoop) as runner:
                check(arena, runner.run(arena.run(missing)))
    assert sum(tally.kills.values()) >= KILLS
    assert tally.kills.keys() == points
