"""The three requests of ``leadlex doctor``, which change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from .._http.plan import Plan
from ..errors import (
    APIError,
    AuthenticationError,
    DecodeError,
    LeadLexError,
    NotFound,
    PermissionDenied,
    RateLimited,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from contextlib import AbstractAsyncContextManager

    from .._http.transport import Stream, Transport
    from .._http.wire import Request, Response
    from ..client import LeadLex
    from ..models.api_keys import APIKey
    from .doctor_run import Findings

NOBODY = "00000000-0000-0000-0000-000000000000"
"""A campaign that does not exist: reading it shows whether campaigns may be read, and costs one small answer."""
SCARCE = 0.1
"""Of the day's requests: less is worth a warning."""
MOST_SKEW = 60.0
"""Seconds; webhook deliveries are refused from 300 on."""
STARTING = ("write", "campaigns:write", "write:campaigns")
"""The names under which the API's pages have the permission to start a campaign."""
SETTINGS = "HTTPS_PROXY and LEADLEX_BASE_URL"
TELLING = (PermissionDenied, NotFound, RateLimited)
"""What LeadLex says no with to a key that it accepts."""


class Noted:
    """A transport that notes by how much the server's clock is ahead of this one, in seconds."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.ahead: float | None = None

    async def send(self, request: Request) -> Response:
        """Send a request and compare the clocks."""
        began = datetime.now(UTC)
        response = await self._inner.send(request)
        self.ahead = _ahead(response.headers.get("Date", ""), began, datetime.now(UTC))
        return response

    def open(self, request: Request) -> AbstractAsyncContextManager[Stream]:
        """Nothing here streams."""
        return self._inner.open(request)

    async def aclose(self) -> None:
        """Close the transport inside."""
        await self._inner.aclose()


async def ask_all(leadlex: LeadLex, noted: Noted, key: str, findings: Findings) -> None:
    """Ask, and stop where no further request could tell more."""
    error = await _error_of(leadlex.lexi.list_tasks())
    if not _reached(error, findings):
        return
    _tell_permission(error, "lexi", "waiting for approvals", findings)
    if not isinstance(error, RateLimited):
        unread = await _error_of(leadlex.campaigns.get(NOBODY))
        unread = None if isinstance(unread, NotFound) else unread
        _tell_permission(unread, "campaigns:read", "reading campaigns", findings)
        await _tell_start(leadlex, key, findings)
    _tell_quota(leadlex, error, findings)
    _tell_clock(noted.ahead, findings)


async def _error_of(request: Awaitable[object]) -> LeadLexError | None:
    try:
        await request
    except LeadLexError as error:
        return error
    return None


def _reached(error: LeadLexError | None, findings: Findings) -> bool:
    """Whether LeadLex answered, and took the key."""
    redirected = isinstance(error, APIError) and error.code == "redirect"
    if error is not None and (redirected or not isinstance(error, (APIError, DecodeError))):
        findings.add("connection", "fail", _told(error), f"check the network, {SETTINGS}")
    elif isinstance(error, AuthenticationError):
        findings.add("connection", "ok", "LeadLex answers")
        findings.add("accepted", "fail", f"the key is refused: {error.message}", error.hint)
    elif error is not None and not isinstance(error, TELLING):
        findings.add("connection", "ok", "a server answers")
        findings.add("accepted", "fail", f"cannot be told: {_told(error)}", f"try again later, and check {SETTINGS}")
    else:
        findings.add("connection", "ok", "LeadLex answers")
        findings.add("accepted", "ok", "the key is accepted")
        return True
    return False


def _tell_permission(error: LeadLexError | None, scope: str, what: str, findings: Findings) -> None:
    check = "permission"
    if error is None:
        findings.add(check, "ok", f"{scope}: {what}")
    elif isinstance(error, PermissionDenied):
        findings.add(check, "fail", f"{scope} is missing: {what}", "make a key that has it")
    else:
        untold = f"{scope}: cannot be told: {_told(error)}"
        findings.add(check, "warn" if isinstance(error, RateLimited) else "fail", untold, "try again later")


async def _tell_start(leadlex: LeadLex, key: str, findings: Findings) -> None:
    """Whether campaigns may be started: only the list of keys tells without starting one, and few keys may read it."""
    known: list[APIKey] = []
    try:
        known = (await leadlex.api_keys.list(per_page=100)).items
    except TELLING:
        pass
    except LeadLexError as error:
        findings.add("permission", "fail", f"write: cannot be told: {_told(error)}", "try again later")
        return
    own = [each for each in known if each.prefix and key.startswith(each.prefix.rstrip(".…*"))]
    if len(own) != 1:
        message = "write: starting campaigns; cannot be told without starting one"
        findings.add("permission", "warn", message, "a launch says 403 if it is missing")
    else:
        _tell_own(own[0], findings)


def _told(error: LeadLexError) -> str:
    """The message without what it advises, which is meant for callers from Python."""
    return error.message.partition(". Check base_url")[0]


def _tell_own(own: APIKey, findings: Findings) -> None:
    if {*STARTING} & {*own.permissions}:
        findings.add("permission", "ok", "write: starting campaigns")
    else:
        findings.add("permission", "fail", "write is missing: starting campaigns", "make a key that has it")
    if own.expires_at is not None:
        findings.add("expiry", "ok", f"the key expires at {own.expires_at:%Y-%m-%d %H:%M} UTC")


def _tell_quota(leadlex: LeadLex, error: LeadLexError | None, findings: Findings) -> None:
    quota = leadlex.rate_limit
    if isinstance(error, RateLimited):
        findings.add("quota", "fail" if error.daily else "warn", _spent(error), "wait for it")
    elif quota is None:
        findings.add("quota", "ok", "no limit is told")
    else:
        left = f"{quota.remaining:,} of {quota.limit:,} requests are left today{_plan_of(quota.limit)}"
        scarce = quota.remaining < SCARCE * quota.limit
        advice = "it resets at 00:00 UTC" if scarce else ""
        findings.add("quota", "fail" if not quota.remaining else "warn" if scarce else "ok", left, advice)


def _spent(error: RateLimited) -> str:
    """What is spent, and until when: ``reset_at`` speaks of the day, also where the minute is spent."""
    if error.scope == "minute":
        return "the minute's requests are spent; they are renewed within a minute"
    resets = f"{error.reset_at:%Y-%m-%d %H:%M} UTC" if error.reset_at is not None else "00:00 UTC"
    if error.daily:
        return f"the day's requests are spent; it resets at {resets}"
    return f"the requests of the minute or of the day are spent; the day's are renewed at {resets}"


def _plan_of(limit: int) -> str:
    plans = {Plan.STARTER: "Starter", Plan.PRO: "Pro", Plan.ORG: "Org"}
    name = next((name for plan, name in plans.items() if plan.per_day == limit), None)
    return f" (plan {name})" if name else ""


def _tell_clock(ahead: float | None, findings: Findings) -> None:
    if ahead is None:
        findings.add("clock", "warn", "the server tells no time")
    elif abs(ahead) < MOST_SKEW:
        findings.add("clock", "ok", "agrees with the server's to a few seconds")
    else:
        told = f"{abs(ahead):,.0f} s {'behind' if ahead > 0 else 'ahead of'} the server's"
        findings.add("clock", "warn", told, "set it right: webhook deliveries are refused from 300 s on")


def _ahead(date: str, began: datetime, ended: datetime) -> float | None:
    """Seconds; ``Date`` has whole ones, and was written between the two moments."""
    try:
        told = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
    if told.tzinfo is None:
        return None
    written = told + timedelta(seconds=1)  # at the latest
    return max(0.0, (told - ended).total_seconds()) or min(0.0, (written - began).total_seconds())
