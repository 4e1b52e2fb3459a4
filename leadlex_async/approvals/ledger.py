"""What a client remembers of its launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .ticket import LaunchTicket

REMEMBERED = 10_000


class Ledger:
    """Launches begun whose decision is not known, and tasks whose decision is.

    The former are what a program stores before it ends. The latter (the latest 10,000) keep an earlier decision on a
    campaign from being taken for that of a later launch.
    """

    def __init__(self) -> None:
        self._open: dict[str, list[LaunchTicket]] = {}
        self._decided: dict[str, datetime] = {}

    @property
    def tickets(self) -> list[LaunchTicket]:
        """The tickets of the open launches."""
        return [ticket for tickets in self._open.values() for ticket in tickets]

    def of(self, campaign_id: str) -> list[LaunchTicket]:
        """The tickets of this campaign's open launches, oldest first."""
        return [*self._open.get(campaign_id, ())]

    def note(self, ticket: LaunchTicket, *, was: LaunchTicket | None = None) -> None:
        """A start is about to be sent; or one was answered that ``was`` noted before; or a launch was joined."""
        others = [other for other in self._others(ticket) if other is not was]
        self._open[ticket.campaign_id] = [*others, ticket]

    def drop(self, ticket: LaunchTicket, task_id: str | None = None) -> None:
        """The launch is decided, by this task if there was one, or was refused."""
        others = self._others(ticket, task_id)
        if others:
            self._open[ticket.campaign_id] = others
        else:
            self._open.pop(ticket.campaign_id, None)
        if task_id is not None:
            self._decided[task_id] = ticket.started_at
            if len(self._decided) > REMEMBERED:
                del self._decided[next(iter(self._decided))]

    def taken(self, ticket: LaunchTicket, task_id: str) -> bool:
        """Whether the task is known to have decided another launch than this ticket's."""
        return self._decided.get(task_id, ticket.started_at) != ticket.started_at

    def _others(self, ticket: LaunchTicket, task_id: str | None = None) -> list[LaunchTicket]:
        """The open tickets of the same campaign that are of another launch."""
        same = {task_id, ticket.task_id} - {None}
        return [
            other
            for other in self._open.get(ticket.campaign_id, ())
            if other.started_at != ticket.started_at and other.task_id not in same
        ]
