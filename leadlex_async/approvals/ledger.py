"""What a client remembers of its launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from .ticket import LaunchTicket

REMEMBERED = 10_000


class Ledger:
    """Launches begun whose decision is not known, and tasks whose decision is.

    The former are what a program stores before it ends. The latter (the latest 10,000) keep an earlier decision on a
    campaign from being taken for that of a later launch.
    """

    def __init__(self) -> None:
        self._open: dict[tuple[str, datetime], LaunchTicket] = {}
        self._decided: dict[str, None] = {}

    @property
    def tickets(self) -> list[LaunchTicket]:
        """The tickets of the open launches, oldest first."""
        return [*self._open.values()]

    @property
    def decided(self) -> Collection[str]:
        """The ids of decided tasks."""
        return self._decided.keys()

    def note(self, ticket: LaunchTicket) -> None:
        """A start is about to be sent, or was answered."""
        self._open[ticket.campaign_id, ticket.started_at] = ticket

    def drop(self, ticket: LaunchTicket, task_id: str | None = None) -> None:
        """The launch is decided, by this task if there was one, or was refused."""
        self._open.pop((ticket.campaign_id, ticket.started_at), None)
        if task_id is not None:
            self._decided[task_id] = None
            if len(self._decided) > REMEMBERED:
                del self._decided[next(iter(self._decided))]
