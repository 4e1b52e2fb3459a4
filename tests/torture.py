"""Kill bulk launches hundreds of times, at every point of their way, and check what came of them.

python tests/torture.py [--kills 240] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from killing.arena import FROM_OUTSIDE, WITHIN, Arena, Tally
from killing.hasty import HastyLoop
from killing.verdict import check

ARENA = 40
"""Kills in one batch of 200 campaigns, at most."""


def main() -> int:
    """Run batch after batch until there were enough kills."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tally, began, seed, batches = Tally(), time.monotonic(), options.seed, 0
    while (killed := sum(tally.kills.values())) < options.kills:
        _batch(seed, tally, min(ARENA, options.kills - killed))
        seed, batches = seed + 1, batches + 1
    _say(f"{sum(tally.kills.values())} kills of {tally.runs} runs, {batches} batches of 200 campaigns, ")
    _say(f"{time.monotonic() - began:.0f} s; each campaign was started once and told once\n")
    for point in (*WITHIN, *FROM_OUTSIDE):
        found = ", ".join(f"{count} {state}" for (at, state), count in sorted(tally.states.items()) if at == point)
        _say(f"  {point:12} {tally.kills[point]:4}  {found}\n")
    _say(f"  faults met   {', '.join(f'{count} {kind}' for kind, count in tally.faults.most_common())}\n")
    return 0 if {*WITHIN, *FROM_OUTSIDE} == {point for point, count in tally.kills.items() if count} else 1


def _batch(seed: int, tally: Tally, kills: int) -> None:
    with tempfile.TemporaryDirectory() as directory, asyncio.Runner(loop_factory=HastyLoop) as runner:
        arena = Arena(Path(directory), seed, tally)
        try:
            check(arena, runner.run(arena.run(kills)))
        except AssertionError:
            _say(f"failed with --seed {seed}\n")
            raise
        _say(f"seed {seed}: {sum(tally.kills.values())} kills so far\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
