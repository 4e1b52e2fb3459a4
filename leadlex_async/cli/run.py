"""Running a coroutine until it ends or a signal stops it."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

T = TypeVar("T")

SIGNALLED = 128
"""Added to the number of the signal it is the exit code, as in a shell."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
HEEDED = 2
"""How many signals count: the first stops the work in good order, the second stops its waiting for lost answers."""


class Stopped(Exception):
    """A signal stopped the work; the message tells how things stand."""

    exit_code = SIGNALLED + signal.SIGINT


def run(work: Coroutine[None, None, T]) -> T:
    """Run to the end; SIGINT and SIGTERM cancel the work, which then ends in ``Stopped``."""
    return asyncio.run(_guarded(work))


async def finish(work: Coroutine[None, None, None]) -> None:
    """Carry out what is short and must be done, a closing, whatever signals come meanwhile."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({task})
    task.result()


async def _guarded(work: Coroutine[None, None, T]) -> T:
    task = asyncio.ensure_future(work)
    caught: list[int] = []
    _catch_signals(task, caught)
    await asyncio.wait({task})
    try:
        return task.result()
    except asyncio.CancelledError:
        stopped = Stopped("stopped")
    except Stopped as error:
        stopped = error
    for number in SIGNALS:  # the process ends: one more signal would only cut short what it has to tell
        signal.signal(number, signal.SIG_IGN)
    stopped.exit_code = SIGNALLED + (caught[0] if caught else signal.SIGINT)
    raise stopped


def _catch_signals(task: asyncio.Task[T], caught: list[int]) -> None:
    """Have signals cancel the task.

    Not by ``loop.add_signal_handler``: the loop takes that away when it closes, and one more Ctrl-C would then end the
    process before the ticket is on the screen.
    """
    loop = asyncio.get_running_loop()

    def catch(number: int, _: object) -> None:
        caught.append(number)
        if len(caught) <= HEEDED and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)

    for number in SIGNALS:
        signal.signal(number, catch)
