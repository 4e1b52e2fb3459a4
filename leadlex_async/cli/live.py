"""The live line of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from .status import News

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType, RenderResult

    from ..approvals.launch import LaunchUpdate
    from ..client import LeadLex

ECHO = 3
"""Columns kept free: the ``^C`` that a terminal echoes must not break the line, which could not be wiped then."""


class LiveLine:
    """One line with a spinner, a text, the time that has passed and the requests spent.

    With ``wrap`` a long text takes more lines where the terminal is narrow, and else it is cut.
    """

    def __init__(self, first: str, leadlex: LeadLex, *, wrap: bool = False) -> None:
        text = TextColumn(
            "{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=not wrap, overflow="ellipsis")
        )
        console = Console(stderr=True)
        self._progress = _Line(
            SpinnerColumn(), text, TimeElapsedColumn(), _Spent(""), console=console, transient=True, expand=True
        )
        self._line = self._progress.add_task(first, total=None, client=leadlex)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, text: str) -> None:
        """Show another text."""
        self._progress.update(self._line, description=text)


class LiveStatus(LiveLine):
    """The line of one launch."""

    def __init__(self, first: str, leadlex: LeadLex) -> None:
        super().__init__(first, leadlex)
        self._news = News(first)

    def update(self, update: LaunchUpdate) -> None:
        """Show it."""
        if text := self._news.of(update):
            self.show(text)


class _Spent(TextColumn):
    def render(self, task: Task) -> Text:
        leadlex: LeadLex = task.fields["client"]
        count = leadlex.requests_sent
        return Text(f"{count} request{'' if count == 1 else 's'}")


class _Line(Progress):
    def get_renderable(self) -> RenderableType:
        return _Narrowed(super().get_renderable())


class _Narrowed:
    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self._inner, options.update(width=max(1, options.max_width - ECHO)))
