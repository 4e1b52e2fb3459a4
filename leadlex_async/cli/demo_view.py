"""What the demo shows: its launches while they run, and how they ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, Self

from attrs import define, field
from rich.console import Console
from rich.live import Live
from rich.table import Table

from ..approvals.launch import Launch, Outcome, UpdateKind
from .report import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._http.pace import RateLimit
    from ..approvals.launch import LaunchUpdate

WORDS = {Outcome.AUTO_STARTED: "started, no approval needed"}
COLOURS = {Outcome.APPROVED: "green", Outcome.AUTO_STARTED: "green", Outcome.DISMISSED: "red"}


@define(eq=False)
class Row:
    """One launch of the demo, as far as it has come."""

    campaign_id: str
    name: str
    recipients: int
    state: str = "starting"
    launch: Launch | None = None
    began: float = field(factory=time.monotonic)
    took: float | None = None

    @property
    def elapsed(self) -> float:
        """Seconds since it began, until it ended."""
        return time.monotonic() - self.began if self.took is None else self.took

    def follow(self, update: LaunchUpdate) -> Row:
        """Take in what the SDK tells."""
        if update.kind in {UpdateKind.STARTED, UpdateKind.PENDING} and not update.ticket.settled:
            self.state = "waiting for approval"
        return self

    def end(self, launch: Launch) -> None:
        """Take in how it ended."""
        self.took = self.elapsed
        self.launch, self.state = launch, WORDS.get(launch.outcome, launch.outcome.value)

    @property
    def styled(self) -> str:
        """The state, coloured once it is decided."""
        colour = COLOURS.get(self.launch.outcome) if self.launch is not None else None
        return f"[{colour}]{self.state}[/{colour}]" if colour else self.state


class View(Protocol):
    """Shows the rows while it is entered."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Show no more."""
        ...

    def moved(self, row: Row) -> None:
        """A launch has moved."""
        ...


def view(rows: Sequence[Row]) -> View:
    """The display that suits stdout."""
    console = Console()
    return LiveView(rows, console) if console.is_terminal and not console.is_dumb_terminal else PlainView(rows)


class PlainView:
    """A line whenever a launch has moved."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._told = {row.campaign_id: row.state for row in rows}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def moved(self, row: Row) -> None:
        """Print where it is now."""
        if self._told[row.campaign_id] != row.state:
            self._told[row.campaign_id] = row.state
            say(f"{row.elapsed:4.1f} s  {row.name} ({row.recipients} recipients): {row.state}")


class LiveView:
    """A table that moves."""

    def __init__(self, rows: Sequence[Row], console: Console) -> None:
        self._rows = rows
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=8, transient=True)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def moved(self, row: Row) -> None:
        """The next refresh shows it."""

    def _table(self) -> Table:
        table = _titled("campaign", "recipients", "state", "elapsed")
        for row in self._rows:
            table.add_row(row.name, str(row.recipients), row.styled, f"{row.elapsed:.1f} s")
        return table


def summary(rows: Sequence[Row], *, requests: int, quota: RateLimit | None) -> None:
    """Print how the launches ended and what they cost."""
    table = _titled("campaign", "recipients", "outcome", "waited", "polls")
    for row in rows:
        waited, polls = (f"{row.launch.waited:.1f} s", str(row.launch.polls)) if row.launch is not None else ("", "")
        table.add_row(row.name, str(row.recipients), row.styled, waited, polls)
    Console().print(table)
    left = f"; {quota.remaining} of {quota.limit} are left today" if quota is not None else ""
    say(f"{requests} requests were spent on all of them{left}.")
    say("A decision is noticed at the next poll, up to a few seconds after it was made.")


def _titled(*titles: str) -> Table:
    table = Table()
    for title in titles:
        # Wide enough for every state, so that the live table keeps still.
        words = title in {"campaign", "state", "outcome"}
        width = max(map(len, WORDS.values())) if title == "state" else None
        table.add_column(title, justify="left" if words else "right", min_width=width)
    return table
