"""Asking a reviewer for a verdict and carrying it out."""

from __future__ import annotations

import asyncio
from asyncio import CancelledError
from inspect import isawaitable
from types import NoneType
from typing import TYPE_CHECKING

from attrs import evolve

from .._http import retry
from ..errors import Conflict, LeadLexError, NotFound, RateLimited, ValidationError
from .launch import Approve, Dismiss

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..models.lexi import LexiTask, LexiTaskStatus
    from ..resources.lexi import Lexi
    from .watch import Watch


class ReviewDesk:
    """Shows pending tasks to reviewers, each once, beside the poll loop so that a slow reviewer delays nobody.

    ``settle`` is told what an approval or dismissal answered. A verdict whose answer was lost is carried out again
    when the task is still pending at the next look: a decided task refuses it, so that nothing is done twice.
    """

    def __init__(self, lexi: Lexi, settle: Callable[[Watch, LexiTaskStatus, LexiTask | None], None]) -> None:
        self._lexi = lexi
        self._settle = settle

    def show(self, watch: Watch, task: LexiTask) -> None:
        """The task is pending: have it reviewed, or carry out a verdict that did not get through."""
        busy = watch.reviewing is not None and not watch.reviewing.done()
        if watch.reviewer is None or busy or (watch.asked and watch.verdict is None):
            return
        watch.reviewing = asyncio.ensure_future(self._review(watch, task))

    async def _review(self, watch: Watch, task: LexiTask) -> None:
        try:
            await self._ask(watch, task)
        except CancelledError as error:
            if not watch.left:  # raised by the reviewer itself; nobody cancelled the review
                watch.fail(error)
            raise
        except Exception as error:  # noqa: BLE001 - a reviewer may raise anything, and its waiter gets it
            watch.fail(error)
            return
        try:
            await self._carry_out(watch, task)
        except (ValidationError, NotFound, Conflict) as error:
            if error.status is None:
                watch.fail(error)  # the verdict itself is at fault
            watch.verdict = None  # else somebody was faster; the lists tell what was decided
        except LeadLexError as error:
            if not (retry.passing(error) or retry.ambiguous(error) or isinstance(error, RateLimited)):
                watch.fail(error)

    async def _ask(self, watch: Watch, task: LexiTask) -> None:
        if not watch.asked and watch.reviewer is not None:
            watch.asked = True
            answer = watch.reviewer(task)
            verdict = await answer if isawaitable(answer) else answer
            if not isinstance(verdict, (Approve, Dismiss, NoneType)):
                raise TypeError(f"a reviewer returns Approve(), Dismiss() or None, not {verdict!r}")
            watch.verdict = verdict

    async def _carry_out(self, watch: Watch, task: LexiTask) -> None:
        if isinstance(watch.verdict, Approve):
            answer = await self._lexi.approve(task.id)
            self._settle(watch, answer.status, evolve(task, status=answer.status))
        elif isinstance(watch.verdict, Dismiss):
            refusal = await self._lexi.dismiss(task.id, reason=watch.verdict.reason)
            self._settle(watch, refusal.status, evolve(task, status=refusal.status))
