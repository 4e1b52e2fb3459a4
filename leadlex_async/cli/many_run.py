"""Carrying out ``leadlex launch-many``: nothing is lost, however it ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import define, field

from ..bulk.report import LaunchReport, LaunchResult
from ..client import LeadLex
from ..errors import JournalError
from . import report
from .clients import client
from .many import Order
from .many_plan import known
from .many_report import Standing, text
from .many_view import view
from .run import Stopped, finish

if TYPE_CHECKING:
    from ..bulk.report import LaunchProgress
    from .many_view import View


async def carry_out(order: Order, ids: list[str] | None) -> int:
    """Launch what is ordered, print the report, and tell the exit code."""
    leadlex = client()
    try:
        if ids is None:
            ids = [*await known(order["journal"], leadlex.base_url)]
        batch = _Batch(order, leadlex, ids)
        with view(batch.total, leadlex) as shown:
            error = await batch.ended(shown)
        if not isinstance(error, JournalError):  # which says itself how to go on
            await finish(batch.look())
    finally:
        await finish(leadlex.aclose())
    return batch.tell(error)


@define(eq=False)
class _Batch:
    order: Order
    leadlex: LeadLex
    ids: list[str]
    results: list[LaunchResult] = field(factory=list[LaunchResult])
    standing: Standing | None = None

    @property
    def total(self) -> int:
        return len({*self.ids})

    async def ended(self, shown: View) -> BaseException | None:
        """Launch until the end; the first signal stops that in good order, the second its hearing of answers."""
        work, stopping = asyncio.ensure_future(self._launch(shown)), False
        while not work.done():
            try:
                await asyncio.wait({work})
            except asyncio.CancelledError:
                if stopping:
                    await finish(self.leadlex.aclose())
                else:
                    stopping = True
                    shown.stopping()
                    work.cancel()
        return Stopped("stopped") if work.cancelled() else work.exception()

    async def _launch(self, shown: View) -> None:
        def follow(progress: LaunchProgress) -> None:
            # Not from the iteration: a stop would lose the results that were told and not yet read.
            if progress.latest is not None:
                self.results.append(progress.latest)
            shown.update(progress)

        async with self.leadlex.campaigns.launch_many(
            self.ids,
            timeout=self.order["timeout"],
            journal=self.order["journal"],
            on_progress=follow,
            wait_for_quota=self.order["wait_for_quota"],
        ) as launches:
            async for _ in launches:
                pass

    async def look(self) -> None:
        """See how far all has come, as the journal has it, or else the client."""
        with suppress(JournalError):
            await self._look()

    async def _look(self) -> None:
        states = await known(self.order["journal"], self.leadlex.base_url)
        given = {*self.ids}
        tickets = self.leadlex.approvals.tickets if self.order["journal"] is None else ()
        waiting = {each for each, state in states.items() if state != "decided"} | {
            each.campaign_id for each in tickets
        }
        ended = {result.campaign_id for result in self.results} | {*states}
        self.standing = Standing(len(given), len(waiting & given), len(given - ended - waiting), tickets)

    def tell(self, error: BaseException | None) -> int:
        """Print the report; an error leaves with how to go on, and after a good end that is said."""
        made = LaunchReport(
            results=tuple(self.results),
            requests=self.leadlex.requests_sent,
            duplicates=len(self.ids) - self.total,
        )
        if made.results or error is None:
            error = _printed(text(made, self.total, self.order), error)
        standing = self.standing
        notes = [*standing.go_on(self.order, self.leadlex.base_url)] if standing is not None else []
        if error is None:
            for note in notes if standing is not None and standing.open else ():
                report.say(note, err=True)
            return 0 if made.launched == self.total else report.ERROR
        for note in (str(standing), *notes) if standing is not None else ():
            error.add_note(note)
        raise error


def _printed(line: str, error: BaseException | None) -> BaseException | None:
    """The error, or why there is one now: what cannot be printed must not hide how to go on."""
    try:
        report.say(line)
    except report.Unwritten as unwritten:
        if error is None:
            return unwritten
        report.say(line, err=True)
    return error
