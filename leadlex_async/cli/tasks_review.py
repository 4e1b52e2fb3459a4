"""``leadlex tasks review``: a person decides, task after task."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from .._http.retry import ambiguous
from ..errors import AuthenticationError, LeadLexError
from . import keyboard, report
from .clients import connected
from .outline import outline
from .safe import on_terminal, one_line
from .table import painted
from .tasks_watch import oldest_first

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from ..client import LeadLex
    from ..models.lexi import LexiTask

QUESTION = "approve, dismiss, skip or quit? [a/d/s/q] "
PENDING = "the task is still pending"
END = {"", "\x04", "q", "Q"}
"""No terminal any more, Ctrl-D, quit."""


async def review_all() -> None:
    """Ask about every pending task, those too that come meanwhile, until there is none left or the person quits."""
    if not (on_terminal(sys.stdin) and on_terminal(sys.stdout)):
        raise click.UsageError(
            "a review asks a person, on a terminal; in a pipe use tasks list, tasks approve and tasks dismiss"
        )
    async with connected() as leadlex:
        seen, review = set[str](), Review(leadlex)
        try:
            while new := [task for task in await leadlex.lexi.list_tasks() if task.id not in seen]:
                seen |= {task.id for task in new}
                for number, task in enumerate(oldest_first(new), 1):
                    if not await review.ask(task, f"{number} of {len(new)}"):
                        return
        finally:
            review.sum_up()


class Review:
    """One person's way through the tasks."""

    def __init__(self, leadlex: LeadLex) -> None:
        self._leadlex = leadlex
        self._counts: Counter[str] = Counter()

    async def ask(self, task: LexiTask, place: str) -> bool:
        """Show a task and do as the person says; False if that is to quit."""
        for shown in await self._described(task, place):
            report.put(shown)
        while True:
            report.put(QUESTION, end="")
            pressed = await keyboard.key()
            if pressed in END:
                report.put("quit")
                return False
            if await self._carry_out(task, pressed.lower()):
                return True

    def sum_up(self) -> None:
        """Say what was decided."""
        told = [f"{count} {word}" for word, count in self._counts.items()]
        report.say(", ".join(told) or "nothing was decided", err=True)

    async def _carry_out(self, task: LexiTask, pressed: str) -> bool:
        """Whether the task is done with."""
        if pressed == "s":
            return self._done("skipped")
        if pressed not in {"a", "d"}:
            report.put("that was none of a, d, s, q")
            return False
        try:
            if pressed == "a":
                report.put("approve")
                await self._send(task, self._leadlex.lexi.approve(task.id))
                return self._done("approved")
            return await self._dismiss(task)
        except AuthenticationError:
            raise
        except LeadLexError as error:
            return await self._after(error, task)

    def _done(self, word: str) -> bool:
        self._counts[word] += 1
        report.put(painted(word, word))
        return True

    async def _dismiss(self, task: LexiTask) -> bool:
        report.put("dismiss; why? (may be empty) ", end="")
        reason = await keyboard.line()
        if not reason.endswith("\n"):
            report.put("not dismissed")
            return False
        await self._send(task, self._leadlex.lexi.dismiss(task.id, reason=reason.strip() or None))
        return self._done("dismissed")

    async def _send(self, task: LexiTask, decision: Awaitable[object]) -> None:
        try:
            await decision
        except asyncio.CancelledError:
            report.put(one_line(f"task {task.id} may have been decided"))
            raise

    async def _after(self, error: LeadLexError, task: LexiTask) -> bool:
        """Where an error leaves the task: a lost answer may have been a decision, which the list of tasks tells."""
        report.put(one_line(f"leadlex: {report.sentence(error)}"))
        if ambiguous(error):
            standing = await self._standing(task)
            report.put(standing)
            if standing == PENDING:
                return False
        return self._done("with errors")

    async def _standing(self, task: LexiTask) -> str:
        try:
            listed = {each.id for each in await self._leadlex.lexi.list_tasks()}
        except LeadLexError as error:
            return one_line(f"whether it was decided cannot be read: {report.sentence(error)}")
        return PENDING if task.id in listed else "the task is pending no more: it was decided"

    async def _described(self, task: LexiTask, place: str) -> list[str]:
        made = f", made {task.created_at:%Y-%m-%d %H:%M} UTC" if task.created_at is not None else ""
        told: dict[str, object] = {
            "would": task.description or str(task.type),
            "campaign": await self._campaign(task.campaign_id),
            "recipients": f"{task.contact_count:,}" if task.contact_count is not None else None,
        }
        lines = outline({name: str(value) for name, value in told.items() if value is not None}, "  ")
        return ["", one_line(f"{place}: task {task.id}{made}"), *lines]

    async def _campaign(self, id: str | None) -> str | None:
        if id is None:
            return None
        try:
            campaign = await self._leadlex.campaigns.get(id)
        except LeadLexError as error:
            return f"{id}, which cannot be read: {report.sentence(error)}"
        told = f"{campaign.name or id} ({campaign.status})"
        subjects = [step.subject or "no subject" for step in campaign.steps]
        mails = f"{len(subjects)} mail{'s' if len(subjects) > 1 else ''}"
        return f"{told}, {mails}: {'; '.join(subjects)}" if subjects else told
