"""What may be sent again, and after what pause."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import backoff

from ..errors import APIError, DecodeError, LeadLexError, RateLimited, ServerError, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
LONGEST_ASKED = 60.0
"""Seconds of a ``Retry-After`` that are waited; a caller should not hang for longer than that."""
REQUEST_TIMEOUT = 408


def ambiguous(error: LeadLexError) -> bool:
    """Whether the request may have been carried out although no clear answer came."""
    if isinstance(error, TransportError):
        return error.sent
    if isinstance(error, APIError):
        status = error.status or 0
        return isinstance(error, ServerError) or 300 <= status < 400 or status == REQUEST_TIMEOUT
    return isinstance(error, DecodeError)


def passing(error: LeadLexError) -> bool:
    """Whether the same request may well succeed a little later."""
    if isinstance(error, TransportError):
        return not error.permanent
    if isinstance(error, RateLimited):
        return not error.daily
    return isinstance(error, ServerError) or (isinstance(error, APIError) and error.status == REQUEST_TIMEOUT)


def hopeless(*, safe: bool) -> Callable[[Exception], bool]:
    """When to give up at once: what will not pass, and, unless sending twice is safe, what may have been done."""

    def giveup(error: Exception) -> bool:
        return isinstance(error, LeadLexError) and not (passing(error) and (safe or not ambiguous(error)))

    return giveup


def growth(first: float, longest: float) -> Iterator[float]:
    """``first``, twice that, four times ... up to ``longest`` seconds."""
    steps = backoff.expo(base=2, factor=first, max_value=longest)
    next(steps)  # backoff's generators begin with a step that is no pause
    return (float(step or first) for step in steps)


def pauses() -> Generator[float | None, Exception | None, None]:
    """Growing pauses in seconds with jitter upwards, never shorter than ``Retry-After``, in backoff's protocol.

    A 429 needs no pause here: the pacer lets nothing out before it may.
    """
    error = yield None
    for step in growth(FIRST_PAUSE, LONGEST_PAUSE):
        if isinstance(error, RateLimited):
            error = yield 0.0
            continue
        asked = min(LONGEST_ASKED, getattr(error, "retry_after", None) or 0.0)
        error = yield max(step * (1 + random.random() / 4), asked)  # noqa: S311 - jitter
