"""What is happening during a launch, on stderr: one live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol, Self

from ..approvals.launch import UpdateKind
from .report import say

if TYPE_CHECKING:
    from ..approvals.launch import LaunchUpdate
    from ..client import LeadLex


class Status(Protocol):
    """Shows what is told to it while it is entered."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Show no more."""
        ...

    def update(self, update: LaunchUpdate) -> None:
        """The launch has moved."""
        ...


def status(first: str, leadlex: LeadLex) -> Status:
    """The status display that suits stderr."""
    live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return LiveStatus(first, leadlex) if live else PlainStatus(first)


class PlainStatus:
    """A line for each news."""

    def __init__(self, first: str) -> None:
        self._last = first

    def __enter__(self) -> Self:
        say(self._last, err=True)
        return self

    def __exit__(self, *_: object) -> None:
        return

    def update(self, update: LaunchUpdate) -> None:
        """Print what is new."""
        text = news(update)
        if text and text != self._last:
            self._last = text
            say(text, err=True)


class LiveStatus:
    """One line with a spinner, the time that has passed and the requests spent."""

    def __init__(self, first: str, leadlex: LeadLex) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.table import Column

        text = TextColumn(
            "{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
        )
        spent = TextColumn("{task.fields[client].requests_sent} requests")
        console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(), text, TimeElapsedColumn(), spent, console=console, transient=True, expand=True
        )
        self._line = self._progress.add_task(first, total=None, client=leadlex)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def update(self, update: LaunchUpdate) -> None:
        """Show it."""
        if text := news(update):
            self._progress.update(self._line, description=text)


def news(update: LaunchUpdate) -> str:
    """An update in words; none for the last, which the result tells."""
    ticket, task = update.ticket, update.task
    match update.kind:
        case UpdateKind.STARTED if not ticket.settled:
            return f"waiting for approval of task {ticket.task_id}" if ticket.task_id else "waiting for approval"
        case UpdateKind.PENDING if task is not None:
            count = task.contact_count
            reach = f", {count} recipients" if count is not None else ""
            return f"waiting for approval of task {task.id}{reach}"
        case UpdateKind.RECOVERED:
            return "waiting for approval"
        case UpdateKind.APPROVED:
            return "approved, waiting until it is carried out"
        case UpdateKind.TROUBLE:
            return f"waiting, although a request failed: {update.error}"
        case _:
            return ""
