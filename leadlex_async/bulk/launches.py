"""The results of a bulk launch as an async iterator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .batch import Batch
    from .report import LaunchResult


class Launches:
    """The results of a bulk launch, in the order in which campaigns are decided.

    Iterate it, or enter it with ``async with`` to be sure that leaving early stops it at once: no more starts are sent,
    those on their way are heard for up to 5 s, and the journal keeps all that is open.
    """

    def __init__(self, batch: Batch) -> None:
        # Nothing else refers to the generator: a loop that is left drops it, which ends the batch.
        self._results = batch.run()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> LaunchResult:
        return await anext(self._results)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Stop: send no more starts, hear those on their way, keep the journal."""
        await self._results.aclose()
