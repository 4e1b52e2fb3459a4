"""What many tests share."""

from __future__ import annotations

import asyncio
import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec

from leadlex_async import LeadLex
from leadlex_async.testing import run_virtual

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from leadlex_async.sandbox import Sandbox

P = ParamSpec("P")


def virtual(test: Callable[P, Coroutine[object, object, None]]) -> Callable[P, None]:
    """Run an async test in virtual time: days pass in milliseconds."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        run_virtual(test(*args, **kwargs))

    # pytest-asyncio would take the wrapper for the coroutine function it wraps.
    del run.__wrapped__
    run.__signature__ = inspect.signature(test)  # type: ignore[attr-defined]
    return run


def in_process(sandbox: Sandbox, **options: float) -> LeadLex:
    """A client that reaches the sandbox without a socket."""
    return LeadLex(
        sandbox.api_key,
        base_url=sandbox.url,
        transport=sandbox.transport(),
        timeout=options.get("timeout", 30.0),
        max_retries=int(options.get("max_retries", 3)),
    )


async def settled() -> None:
    """Let everything that is ready run."""
    for _ in range(20):
        await asyncio.sleep(0)


def others() -> list[str]:
    """The tasks that run beside the test: what a leak looks like."""
    return [repr(task.get_coro()) for task in asyncio.all_tasks() if task is not asyncio.current_task()]
