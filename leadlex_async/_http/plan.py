"""What a LeadLex plan allows."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from ..errors import ConfigurationError


@frozen
class Plan:
    """Requests a minute and a day; None means no limit. The day resets at 00:00 UTC.

    The documented plans are ``Plan.STARTER``, ``Plan.PRO`` and ``Plan.ORG``; ``Plan("pro")`` does not exist, but every
    place that takes a plan takes its name too.
    """

    per_minute: int | None
    per_day: int | None

    def __attrs_post_init__(self) -> None:
        if any(limit is not None and limit < 1 for limit in (self.per_minute, self.per_day)):
            raise ConfigurationError("a plan allows at least one request a minute and a day; None means no limit")

    STARTER: ClassVar[Plan]
    PRO: ClassVar[Plan]
    ORG: ClassVar[Plan]
    UNLIMITED: ClassVar[Plan]

    @classmethod
    def named(cls, plan: Plan | str) -> Plan:
        """The plan itself, or the one of this name; an unknown name is a ``ConfigurationError``."""
        if isinstance(plan, Plan):
            return plan
        try:
            return _NAMED[plan.lower()]
        except (KeyError, AttributeError):
            known = ", ".join(_NAMED)
            raise ConfigurationError(
                f"unknown plan {plan!r}; use one of {known}, or Plan(per_minute, per_day)"
            ) from None

    @classmethod
    def of_daily_limit(cls, limit: int) -> Plan:
        """The plan whose ``X-RateLimit-Limit`` this is; between two plans the smaller one is the safe guess."""
        named = max(
            (plan for plan in (cls.PRO, cls.ORG) if (plan.per_day or 0) <= limit), default=cls.STARTER, key=_size
        )
        return cls(named.per_minute, max(1, limit))


def _size(plan: Plan) -> int:
    return plan.per_day or 0


Plan.STARTER = Plan(10, 100)
Plan.PRO = Plan(50, 1_000)
Plan.ORG = Plan(200, 10_000)
Plan.UNLIMITED = Plan(None, None)

_NAMED = {"starter": Plan.STARTER, "pro": Plan.PRO, "org": Plan.ORG, "unlimited": Plan.UNLIMITED}
