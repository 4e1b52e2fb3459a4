"""Tags of contacts (pages ``tags/*``)."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from .._http.op import Op

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/tags", builtins.list[str], "tags", scope="contacts:read")


class Tags:
    """``leadlex.tags``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list(self) -> builtins.list[str]:
        """All tags that contacts have, sorted; the API does not page them (tags/list)."""
        return await self._core.call(LIST)
