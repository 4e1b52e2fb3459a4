"""Running a coroutine until it ends or a signal stops it."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

SIGNALLED = 128
"""Added to the number of the signal it is the exit code, as in a shell."""


class Stopped(Exception):
    """A signal stopped the work; the message tells how things stand."""

    exit_code = SIGNALLED + signal.SIGINT


def run(work: Coroutine[None, None, T]) -> T:
    """Run to the end; SIGINT and SIGTERM cancel the work, which then ends in ``Stopped``."""
    return asyncio.run(_guarded(work))


async def _guarded(work: Coroutine[None, None, T]) -> T:
    task = asyncio.ensure_future(work)
    caught: list[int] = []

    def stop(number: int) -> None:
        caught.append(number)
        task.cancel()

    _handle_signals(stop)
    await asyncio.wait({task})
    try:
        return task.result()
    except asyncio.CancelledError as error:
        stopped = _told(error)
    except Stopped as error:
        stopped = error
    stopped.exit_code = SIGNALLED + (caught[0] if caught else signal.SIGINT)
    raise stopped


def _told(error: asyncio.CancelledError) -> Stopped:
    """What was to be told when an impatient second signal cut the closing short."""
    context = error.__context__
    return context if isinstance(context, Stopped) else Stopped("stopped")


def _handle_signals(stop: Callable[[int], None]) -> None:
    """Have ``stop`` called; closing the loop takes the handlers away."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop, number)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda caught, _: loop.call_soon_threadsafe(stop, caught))
