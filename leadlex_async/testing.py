"""Virtual time: a two-day wait in milliseconds.

launch = run_virtual(main())     # every asyncio.sleep and timeout in main() passes at once
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

__all__ = ["VirtualTimeLoop", "run_virtual"]


class _SkippingSelector(selectors.DefaultSelector):
    """Never waits: what would be waited for is added to the time that has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            # Nothing is scheduled: only another thread or a socket can wake the loop.
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self.passed += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer whenever nothing else is to be done.

    For programs that do not wait for the outside world: over sockets, timeouts would fire before answers arrive. Use it
    with ``Sandbox().transport()``, whose clock follows it.
    """

    def __init__(self) -> None:
        self._skipping = _SkippingSelector()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._skipping.passed


def run_virtual(main: Coroutine[object, object, T]) -> T:
    """``asyncio.run`` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
