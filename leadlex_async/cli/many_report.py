"""How a bulk launch has ended: what is printed of it, and how to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from ..approvals.ticket import LaunchTicket
from ..errors import LeadLexError
from . import report
from .many import TIMEOUT
from .values import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..bulk.report import LaunchReport, LaunchResult
    from .many import Order

MOST = 20
"""Failures that are listed for people."""


@frozen
class Standing:
    """How many campaigns have come how far."""

    total: int
    open: int
    """Started, or perhaps started, and not decided."""
    to_start: int
    tickets: Sequence[LaunchTicket] = ()
    """What to wait with, where no journal holds it."""

    def __str__(self) -> str:
        ended = self.total - self.open - self.to_start
        return (
            f"of {self.total:,} campaigns {ended:,} ended, {self.open:,} are under way, {self.to_start:,} not started"
        )

    def go_on(self, order: Order, base_url: str) -> Iterator[str]:
        """The commands that go on with what has not ended."""
        if order["journal"] is None:
            yield from map(report.go_on, self.tickets)
        elif self.to_start and order["file"] is not None:
            if order["file"] == "-":
                yield "the next command needs the same ids on stdin"
            yield report.command(base_url, "launch-many", *_source(order), *_kept(order))
        else:
            yield report.command(base_url, "launch-many", "--resume", *_kept(order))


def _source(order: Order) -> Iterator[str]:
    yield order["file"] or ""
    if order["column"] is not None:
        yield from ("--column", order["column"])


def _kept(order: Order) -> Iterator[str]:
    """The options that the next run needs, too."""
    yield from ("--journal", order["journal"] or "")
    if order["timeout"] != seconds(TIMEOUT):
        yield from ("--timeout", f"{order['timeout']:f}".rstrip("0").rstrip("."))
    if not order["wait_for_quota"]:
        yield "--no-wait-for-quota"
    yield from (f"--{kind}" for kind, wanted in (("csv", order["csv"]), ("json", order["json"])) if wanted)


def text(made: LaunchReport, total: int, order: Order) -> str:
    """What stdout gets."""
    if order["json"]:
        return made.to_json()
    return made.to_csv().rstrip("\n") if order["csv"] else "\n".join(_table(made, total))


def _table(made: LaunchReport, total: int) -> Iterator[str]:
    lost = [result for result in made.results if not result.launched]
    rows = [("campaigns", total), ("launched", made.launched)]
    rows += _counted(result for result in made.results if result.launched)
    rows += [("not launched", total - made.launched), *_counted(lost)]
    rows += [("duplicates", made.duplicates)] if made.duplicates else []
    rows += [("requests", made.requests)]
    width = max(len(name) for name, _ in rows)
    yield from (f"{name:<{width}} {count:>8,}" for name, count in rows)
    yield from map(_failure, lost[:MOST])
    if len(lost) > MOST:
        yield f"... and {len(lost) - MOST:,} more; --csv and --json tell all"


def _counted(results: Iterator[LaunchResult] | Sequence[LaunchResult]) -> list[tuple[str, int]]:
    return [(f"  {word}", count) for word, count in Counter(result.result for result in results).most_common()]


def _failure(result: LaunchResult) -> str:
    error = result.error
    if not isinstance(error, LeadLexError):
        return f"{result.campaign_id}: {result.result}"
    # The hints of the errors speak of Python calls.
    return f"{result.campaign_id}: {result.result}: {str(error).removesuffix(f'. {error.hint}')}"
