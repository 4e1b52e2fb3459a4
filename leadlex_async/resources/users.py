"""Users: the people of the workspace (pages ``users/*``)."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from .._http.op import Op
from ..models.users import User

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/users", builtins.list[User], "users", scope="contacts:read")


class Users:
    """``leadlex.users``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def list(self) -> builtins.list[User]:
        """All users; the API does not page them (users/list)."""
        return await self._core.call(LIST)
