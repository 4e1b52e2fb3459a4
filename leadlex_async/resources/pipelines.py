"""Pipelines and their stages (page ``pipelines/list``)."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from .._http.op import Op
from ..models.pipelines import Pipeline

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/pipelines", builtins.list[Pipeline], "pipelines", scope="deals:read")


class Pipelines:
    """``leadlex.pipelines``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list(self) -> builtins.list[Pipeline]:
        """All pipelines with their stages; deals refer to both by name or slug, not by id (pipelines/list)."""
        return await self._core.call(LIST)
