"""What can go wrong between LeadLex and a webhook's address, as a script."""

from __future__ import annotations

from typing import Literal

from attrs import define, field

from .faults import known, struck

PushFaultKind = Literal["lost", "late", "duplicate", "reorder", "forged", "stale", "again", "renamed"]


@define(eq=False)
class PushFault:
    """One misbehaviour, for ``times`` deliveries (None: for ever) of ``event`` (None: of any).

    A delivery is one event to one webhook; its retries are not struck again. ``skip`` lets that many matching
    deliveries pass first. Each of them comes about by the clock of the sandbox, in ``seconds``. The kinds:

    - ``lost``: never sent, though the log tells of a success: nobody knows
    - ``late``: sent ``seconds`` later
    - ``duplicate``: sent twice, with the same delivery id
    - ``reorder``: held back until the next delivery to that webhook has been made, or for ``seconds``
    - ``forged``: before the true one comes a forgery, signed with a wrong secret: it tells the opposite decision of
      ``task.approved`` and ``task.dismissed``, and other data of any other event
    - ``stale``: the timestamp of the first attempt is ``seconds`` + 300 old
    - ``again``: somebody sends the true body once more after ``seconds``, with a fresh timestamp: a replay
    - ``renamed``: sent twice, with another delivery id the second time
    """

    kind: PushFaultKind = field(validator=known(PushFaultKind))
    event: str | None = None
    times: int | None = 1
    skip: int = 0
    seconds: float = 30.0
    hits: int = field(default=0, init=False)
    """How often it struck."""

    def strikes(self, event: str) -> bool:
        """Whether it strikes this delivery; counts it."""
        return struck(self, self.event, event)
