"""Statistics over deals and activities."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen(kw_only=True)
class PipelineStats:
    """How many deals there are, in all and by the name of their stage."""

    stages: Mapping[str, int] = field(factory=dict[str, int])
    total: int = 0


@frozen(kw_only=True)
class ActivityStats:
    """How many activities there were, in all and by type."""

    total: int = 0
    by_type: Mapping[str, int] = field(factory=dict[str, int])


@frozen(kw_only=True)
class Conversion:
    """What came of the mails sent, in percent: 23.3 stands for 23.3 %."""

    reply_rate: float = 0.0
    meeting_rate: float = 0.0


@frozen(kw_only=True)
class OutreachStats:
    """The outreach of the last ``period_days`` days."""

    period_days: int | None = None
    activities: Mapping[str, int] = field(factory=dict[str, int])
    """Counts by type; ``total`` is one of the keys."""
    deals: Mapping[str, int] = field(factory=dict[str, int])
    """Counts by status; ``total`` is one of the keys."""
    conversion: Conversion = Conversion()
