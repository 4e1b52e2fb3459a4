"""The server's clock, as told by its ``Date`` headers."""

from __future__ import annotations

import time
from asyncio import get_running_loop
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
"""A date beyond is nonsense, and the end of what a datetime holds is near."""


class ServerClock:
    """Server time, so that a wrong clock on this machine changes nothing.

    ``Date`` has whole seconds and travels, so the estimate lags by up to a second and never runs ahead.
    Between two answers the loop's own clock carries it on.
    """

    def __init__(self) -> None:
        self._offset: float | None = None
        self._seen = ""

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer's headers; parsed once per distinct second."""
        date = headers.get("Date", "")
        if date == self._seen:
            return
        self._seen = date
        try:
            told = parsedate_to_datetime(date).timestamp()
        except (ValueError, TypeError, OverflowError):
            return
        if told < LATEST:
            self._offset = told - get_running_loop().time()

    @property
    def known(self) -> bool:
        """Whether an answer has told the server's time."""
        return self._offset is not None

    def at(self, moment: float) -> datetime:
        """The server's time at a moment of the running loop's clock."""
        offset = self._offset if self._offset is not None else time.time() - get_running_loop().time()
        return datetime.fromtimestamp(moment + offset, UTC)

    def now(self) -> datetime:
        """The server's time now."""
        return self.at(get_running_loop().time())
