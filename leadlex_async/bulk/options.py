"""How a bulk launch is carried out, checked before anything is sent."""

from __future__ import annotations

import math
from inspect import iscoroutinefunction
from os import PathLike

from attrs import frozen

from ..approvals.launch import Reviewer
from ..errors import ValidationError
from .report import OnProgress


@frozen(kw_only=True)
class Options:
    """How a batch is carried out."""

    timeout: float | None
    reviewer: Reviewer | None = None
    journal: str | PathLike[str] | None = None
    on_progress: OnProgress | None = None
    wait_for_quota: bool = True

    def __attrs_post_init__(self) -> None:
        # Each wait checks its timeout too, but then its campaign is on its way.
        given = self.timeout
        if given is not None and (
            isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given < math.inf
        ):
            raise ValidationError(f"timeout is in seconds, more than 0, or None to wait for ever; not {given!r}")
        if iscoroutinefunction(self.on_progress):
            raise ValidationError("on_progress must be a plain function: put what it tells into a queue")
