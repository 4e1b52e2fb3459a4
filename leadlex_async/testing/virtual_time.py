"""Virtual time: a two-day wait in milliseconds.

launch = run_virtual(main())     # every asyncio.sleep and timeout in main() passes at once
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from concurrent.futures import Executor

T = TypeVar("T")


class _SkippingSelector(selectors.DefaultSelector):
    """Never waits: what would be waited for is added to the time that has passed."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or (self.threads and timeout > 0):
            # Nothing is scheduled, or time stands still for a thread that works: that or a socket wakes the loop.
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

    def run_in_executor(self, executor: Executor | None, func: Callable[..., T], *args: object) -> asyncio.Future[T]:
        """Run in a thread; no virtual time passes meanwhile."""
        self._skipping.threads += 1
        done = super().run_in_executor(executor, func, *args)
        done.add_done_callback(self._rejoined)
        return done

    def _rejoined(self, _: asyncio.Future[T]) -> None:
        self._skipping.threads -= 1

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._skipping.passed


def run_virtual(main: Coroutine[object, object, T]) -> T:
    """``asyncio.run`` in virtual time."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)
