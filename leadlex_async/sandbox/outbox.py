"""What is to be posted to webhooks, when, and how that ended."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

from .clock import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from .clock import Agenda
    from .records import Record
    from .store import Store

WAITS = (30.0, 120.0, 600.0, 3_600.0, 21_600.0)
"""Seconds between the end of a failed attempt and the next one (guide: webhooks)."""

MOST_FINISHED = 10_000
"""How many finished attempts are kept."""

SHOWN = 2_048
"""Bytes that the log keeps of what a receiver answered."""

_SUCCESS = range(200, 300)


@frozen
class Outcome:
    """How an attempt ended: with an HTTP status, or with an ``error`` before there was one."""

    status: int | None = None
    body: bytes = b""
    error: str | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it: any 2xx."""
        return self.status in _SUCCESS


@define(eq=False)
class Push:
    """One POST to a webhook's address.

    Without a ``row_id`` the log knows nothing of it, and it is never tried again: it is not LeadLex who sends it.
    """

    webhook_id: str
    event: str
    delivery_id: str
    body: bytes
    attempt: int = 1
    row_id: str | None = None
    secret: str | None = None
    """What it is signed with instead of the webhook's secret."""
    age: float = 0.0
    """How many seconds old its timestamp is."""
    then: list[Push] = field(factory=list["Push"])
    """What is sent once this one has been."""
    out: bool = field(default=False, init=False)


class Outbox:
    """The pushes that are ready to be carried, and those held back; ``wake`` is called when there is a new one."""

    def __init__(self, store: Store, agenda: Agenda, wake: Callable[[], None]) -> None:
        self._store = store
        self._agenda = agenda
        self._wake = wake
        self._finished: deque[str] = deque()
        self._held: defaultdict[str, list[Push]] = defaultdict(list)
        self.ready: deque[Push] = deque()

    def put(self, push: Push) -> None:
        """Have a push carried, unless it is out already."""
        if not push.out:
            push.out = True
            self.ready.append(push)
            self._wake()

    def later(self, push: Push, at: float) -> None:
        """Have a push carried at some time."""
        self._agenda.add(at, lambda _: self.put(push))

    def hold(self, push: Push, until: float) -> None:
        """Keep a push back for the next one to its webhook, but not for longer than that."""
        self._held[push.webhook_id].append(push)
        self.later(push, until)

    def held(self, webhook_id: str) -> list[Push]:
        """What was kept back for the next push to a webhook."""
        return self._held.pop(webhook_id, [])

    def logged(self, push: Push, now: float) -> Push:
        """The same push, with a line in the log, where it is pending."""
        blank = dict.fromkeys(("response_status_code", "response_body", "duration_ms", "error", "delivered_at"))
        facts: Record = {"webhook_id": push.webhook_id, "delivery_id": push.delivery_id, "event": push.event}
        row = self._store.deliveries.add(now, {**facts, "attempt": push.attempt, "status": "pending", **blank})
        push.row_id = str(row["id"])
        return push

    def target(self, push: Push) -> tuple[str, str] | None:
        """Address and secret of its webhook; None if that is gone or paused by now, or the attempt was cancelled."""
        webhook = self._store.webhooks.rows.get(push.webhook_id)
        cancelled = push.row_id is not None and push.row_id not in self._store.deliveries
        if webhook is None or not webhook["active"] or cancelled:
            return None
        return str(webhook["url"]), push.secret or str(webhook["secret"])

    def drop(self, push: Push) -> None:
        """Forget a push that has nowhere to go any more."""
        self._store.deliveries.rows.pop(push.row_id or "", None)
        self._follow(push)

    def made(self, push: Push, outcome: Outcome, took: float, now: float) -> None:
        """Log how an attempt ended that took so many seconds; a failed one is tried again, six times in all."""
        self._follow(push)
        row = self._store.deliveries.rows.get(push.row_id or "")
        if row is None:
            return
        self._finish(row, outcome, took, now)
        if not outcome.delivered and push.attempt <= len(WAITS):
            again = evolve(push, attempt=push.attempt + 1, age=0.0, then=[])
            self.later(self.logged(again, now), now + WAITS[push.attempt - 1])

    def _follow(self, push: Push) -> None:
        for each in push.then:
            self.put(each)

    def _finish(self, row: Record, outcome: Outcome, took: float, now: float) -> None:
        answered = outcome.status is not None
        row |= {
            "status": "success" if outcome.delivered else "failed",
            "response_status_code": outcome.status,
            "response_body": outcome.body[:SHOWN].decode(errors="replace") if answered else None,
            "duration_ms": round(took * 1_000),
            "error": "http_error" if answered and not outcome.delivered else outcome.error,
            "delivered_at": iso(now),
            "created_at": iso(now),  # the log is in the order of attempts, not of plans
        }
        self._finished.append(str(row["id"]))
        if len(self._finished) > MOST_FINISHED:
            self._store.deliveries.rows.pop(self._finished.popleft(), None)
