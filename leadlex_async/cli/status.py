"""What is happening during a launch, on stderr: one live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Protocol, Self

from ..approvals.launch import UpdateKind
from . import safe
from .report import say

if TYPE_CHECKING:
    from ..approvals.launch import LaunchUpdate
    from ..client import LeadLex

_SENTENCE_END = re.compile(r"[.;] ")


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


def on_terminal() -> bool:
    """Whether stderr is a terminal on which a line can move."""
    return safe.on_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"


def status(first: str, leadlex: LeadLex) -> Status:
    """The status display that suits stderr."""
    if not on_terminal():
        return PlainStatus(first)
    from .live import LiveStatus

    return LiveStatus(first, leadlex)


class PlainStatus:
    """A line for each news."""

    def __init__(self, first: str) -> None:
        self._last = first
        self._news = News(first)

    def __enter__(self) -> Self:
        say(self._last, err=True)
        return self

    def __exit__(self, *_: object) -> None:
        return

    def update(self, update: LaunchUpdate) -> None:
        """Print what is new."""
        text = self._news.of(update)
        if text and text != self._last:
            self._last = text
            say(text, err=True)


class News:
    """Updates in words."""

    def __init__(self, first: str) -> None:
        self._standing = first

    def of(self, update: LaunchUpdate) -> str:
        """What an update tells; nothing if it is the last one, which the result tells."""
        if update.kind is UpdateKind.TROUBLE:
            return f"{_brief(update.error)}, still waiting"
        if update.kind is UpdateKind.RECOVERED:
            return self._standing
        text = _step(update)
        self._standing = text or self._standing
        return text


def _step(update: LaunchUpdate) -> str:
    ticket, task = update.ticket, update.task
    match update.kind:
        case UpdateKind.STARTED if not ticket.settled:
            begun = "joined" if ticket.joined else "started"
            return f"{begun}, needs approval" + (f" (task {safe.safe(ticket.task_id)})" if ticket.task_id else "")
        case UpdateKind.PENDING if task is not None:
            reach = f", {task.contact_count} recipients" if task.contact_count is not None else ""
            return f"waiting for approval{reach} (task {safe.safe(task.id)})"
        case UpdateKind.APPROVED:
            return "approved, waiting until it is carried out"
        case _:
            return ""


def _brief(error: Exception | None) -> str:
    """The first sentence of what went wrong."""
    text = getattr(error, "message", "") or "a request failed"
    return _SENTENCE_END.split(safe.one_line(text))[0].rstrip(".")
