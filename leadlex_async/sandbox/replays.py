"""Idempotency keys: the same request within 24 hours gets the same answer."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from .answers import Answer, Refusal
from .clock import DAY

Fingerprint: TypeAlias = tuple[str, str, bytes]
"""Method, target and body: what must be the same for a request to be the same."""


@frozen
class _Kept:
    at: float
    fingerprint: Fingerprint
    answer: Answer


class Replays:
    """The answers of the last 24 hours by idempotency key."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def find(self, key: str, fingerprint: Fingerprint, now: float) -> Answer | None:
        """The answer given before; the same key with another request is refused."""
        kept = self._kept.get(key)
        if kept is None or kept.at + DAY <= now:
            return None
        if kept.fingerprint != fingerprint:
            raise Refusal(409, "idempotency_conflict", "This Idempotency-Key was used with a different payload")
        return kept.answer

    def keep(self, key: str, fingerprint: Fingerprint, now: float, answer: Answer) -> None:
        """Remember an answer, and forget those too old to be given again."""
        self._kept.pop(key, None)
        self._kept[key] = _Kept(now, fingerprint, answer)
        while (oldest := next(iter(self._kept))) and self._kept[oldest].at + DAY <= now:
            del self._kept[oldest]
