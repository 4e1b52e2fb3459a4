"""What comes out of a bulk launch: a result a campaign, progress on the way, a report at the end."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from .._http.pace import RateLimit
from ..approvals.launch import Launch, Outcome

COLUMNS = ("campaign_id", "result", "task_id", "started_at", "noticed_at", "waited", "error")


@frozen(kw_only=True)
class LaunchResult:
    """What became of one campaign of a bulk launch: its ``launch``, or the ``error`` that kept it from starting."""

    campaign_id: str
    launch: Launch | None = None
    error: Exception | None = None
    from_journal: bool = False
    """Whether an earlier run had it decided, so that nothing was asked."""

    @property
    def launched(self) -> bool:
        """Whether the campaign is on its way."""
        return self.launch is not None and self.launch.launched

    @property
    def result(self) -> str:
        """The outcome, or the name of the error, as one word."""
        return self.launch.outcome.value if self.launch is not None else type(self.error).__name__

    def row(self) -> dict[str, object]:
        """The result as one flat row, for a table or JSON."""
        launch = self.launch
        values = (
            self.campaign_id,
            self.result,
            launch.task_id if launch else None,
            launch.started_at.isoformat() if launch else None,
            launch.noticed_at.isoformat() if launch and launch.noticed_at else None,
            round(launch.waited, 3) if launch else None,
            str(self.error) if self.error else None,
        )
        return dict(zip(COLUMNS, values, strict=True))


@frozen(kw_only=True)
class LaunchProgress:
    """Where a bulk launch stands; told whenever that changes."""

    total: int | None
    """How many campaigns there are, where that is known before they are all read."""
    started: int = 0
    """Starts that were answered, in this run."""
    waiting: int = 0
    """Launches that wait for a person."""
    decided: int = 0
    failed: int = 0
    """Campaigns that could not be started."""
    requests: int = 0
    quota: RateLimit | None = None
    paused_until: datetime | None = None
    """When starts go on, while the day's quota is spent."""
    starts_end_at: datetime | None = None
    """When the last start will be sent, as far as it can be told."""
    latest: LaunchResult | None = None
    """The result that was just told, if it was one."""

    @property
    def done(self) -> int:
        """Campaigns that have their result."""
        return self.decided + self.failed


OnProgress: TypeAlias = Callable[[LaunchProgress], None]


@frozen(kw_only=True)
class LaunchReport:
    """All results of a bulk launch, in the order of their decisions, and what they cost."""

    results: tuple[LaunchResult, ...]
    requests: int
    """Requests of this client meanwhile, polls and retries included."""
    duplicates: int = 0
    """Campaign ids that were given more than once, and launched once."""

    @property
    def launched(self) -> int:
        """Campaigns that are on their way."""
        return sum(result.launched for result in self.results)

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """How many launches ended in which way."""
        return Counter(result.launch.outcome for result in self.results if result.launch is not None)

    @property
    def failures(self) -> Mapping[str, str]:
        """Why campaigns could not be started, by their ids."""
        return {result.campaign_id: str(result.error) for result in self.results if result.error is not None}

    def __str__(self) -> str:
        counts = Counter(result.result for result in self.results)
        parts = ", ".join(f"{count:,} {word}" for word, count in counts.most_common())
        return f"{len(self.results):,} campaigns: {parts or 'nothing to do'}; {self.requests:,} requests"

    def to_csv(self) -> str:
        """The results as CSV with a header."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([*result.row().values()] for result in self.results)
        return text.getvalue()

    def to_json(self) -> str:
        """Counts and results as one JSON object."""
        return json.dumps(
            {
                "campaigns": len(self.results),
                "launched": self.launched,
                "outcomes": {outcome.value: count for outcome, count in self.outcomes.items()},
                "failures": dict(self.failures),
                "requests": self.requests,
                "duplicates": self.duplicates,
                "results": [result.row() for result in self.results],
            }
        )
