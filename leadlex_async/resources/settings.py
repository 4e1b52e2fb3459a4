"""Settings of the workspace, to be read only (pages ``settings/*``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._http.op import Op
from ..models.settings import Integration, IntegrationCategory, WorkspaceSettings

if TYPE_CHECKING:
    from .._http.core import Core


GET = Op("GET", "/v1/settings", WorkspaceSettings, "settings", scope="read:settings")
LIST_PROVIDERS = Op("GET", "/v1/settings/providers", list[Integration], "providers", scope="read:settings")

IntegrationCategoryName = Literal["email", "calendar", "channels", "identity", "storage", "billing"]


class Settings:
    """``leadlex.settings``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def get(self) -> WorkspaceSettings:
        """Read the settings of the workspace, with its plan and its credits (settings/get)."""
        return await self._core.call(GET)

    async def list_providers(
        self, *, category: IntegrationCategory | IntegrationCategoryName | None = None
    ) -> list[Integration]:
        """All integrations, connected or not; the API does not page them (settings/providers)."""
        return await self._core.call(LIST_PROVIDERS, query={"category": category})
