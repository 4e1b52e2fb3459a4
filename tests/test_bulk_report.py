"""What a bulk launch reports: as text, as CSV, as JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from leadlex_async import Launch, LaunchTicket, NotFound, Outcome
from leadlex_async.bulk.report import COLUMNS, LaunchProgress, LaunchReport, LaunchResult

MOMENT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def launched(campaign_id: str, outcome: Outcome, *, noticed: bool = True) -> LaunchResult:
    """A result with this outcome."""
    launch = Launch(
        campaign_id=campaign_id,
        task_id=f"t-{campaign_id}",
        outcome=outcome,
        ticket=LaunchTicket(campaign_id=campaign_id, base_url="https://x", started_at=MOMENT),
        started_at=MOMENT,
        noticed_at=MOMENT + timedelta(seconds=90) if noticed else None,
        waited=90.12345,
    )
    return LaunchResult(campaign_id=campaign_id, launch=launch)


REPORT = LaunchReport(
    results=(
        launched("a", Outcome.APPROVED),
        launched("b", Outcome.DISMISSED),
        launched("c", Outcome.APPROVED),
        launched("d", Outcome.TIMED_OUT, noticed=False),
        LaunchResult(campaign_id="e", error=NotFound('no "such", campaign', status=404)),
    ),
    requests=1_234,
    duplicates=2,
)


def test_counts() -> None:
    """Outcomes are counted, failures are named."""
    assert REPORT.launched == 2
    assert REPORT.outcomes == {Outcome.APPROVED: 2, Outcome.DISMISSED: 1, Outcome.TIMED_OUT: 1}
    assert REPORT.failures == {"e": 'no "such", campaign (404)'}


def test_one_line() -> None:
    """The most frequent comes first."""
    assert str(REPORT) == "5 campaigns: 2 approved, 1 dismissed, 1 timed_out, 1 NotFound; 1,234 requests"
    assert str(LaunchReport(results=(), requests=0)) == "0 campaigns: nothing to do; 0 requests"


def test_csv() -> None:
    """A header, a line a campaign, and cells that keep their commas and quotes."""
    rows = [*csv.DictReader(io.StringIO(REPORT.to_csv()))]
    assert tuple(rows[0]) == COLUMNS
    assert [row["result"] for row in rows] == ["approved", "dismissed", "approved", "timed_out", "NotFound"]
    assert rows[0] == {
        "campaign_id": "a",
        "result": "approved",
        "task_id": "t-a",
        "started_at": "2026-03-01T08:00:00+00:00",
        "noticed_at": "2026-03-01T08:01:30+00:00",
        "waited": "90.123",
        "error": "",
    }
    assert (rows[3]["noticed_at"], rows[4]["error"]) == ("", 'no "such", campaign (404)')
    assert (rows[4]["task_id"], rows[4]["started_at"], rows[4]["waited"]) == ("", "", "")
    assert "\r" not in REPORT.to_csv()


def test_json() -> None:
    """One object with the counts and the rows of the CSV."""
    told = json.loads(REPORT.to_json())
    assert {key: value for key, value in told.items() if key != "results"} == {
        "campaigns": 5,
        "launched": 2,
        "outcomes": {"approved": 2, "dismissed": 1, "timed_out": 1},
        "failures": {"e": 'no "such", campaign (404)'},
        "requests": 1_234,
        "duplicates": 2,
    }
    assert told["results"] == [result.row() for result in REPORT.results]


@pytest.mark.parametrize("outcome", [*Outcome])
def test_what_counts_as_launched(outcome: Outcome) -> None:
    """A result is launched when its launch is."""
    assert launched("a", outcome).launched == (outcome in {Outcome.AUTO_STARTED, Outcome.APPROVED, Outcome.COMPLETED})


def test_done() -> None:
    """What has its result is done, however it ended."""
    assert LaunchProgress(total=9, decided=3, failed=2).done == 5
