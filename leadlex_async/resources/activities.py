"""Activities: the timeline of contacts and deals (pages ``activities/*``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.wire import JSONValue, When, encode_json
from ..models.activities import Activity
from ._checks import require_size

if TYPE_CHECKING:
    from .._http.core import Core


CREATE = Op("POST", "/v1/activities", Activity, "activity", scope="activities:write")
GET = Op("GET", "/v1/activities/{id}", Activity, "activity", scope="activities:read")

LONGEST_TITLE = 500
LARGEST_METADATA = 8 * 1024


class NewActivity(TypedDict):
    """Body of ``activities.create``; ``type`` may be a word of your own, ``entity_*`` names any other record."""

    type: str
    title: NotRequired[str]
    description: NotRequired[str]
    contact_id: NotRequired[str]
    deal_id: NotRequired[str]
    entity_type: NotRequired[str]
    entity_id: NotRequired[str]
    entity_name: NotRequired[str]
    metadata: NotRequired[Mapping[str, JSONValue]]
    created_date: NotRequired[When]


class Activities:
    """``leadlex.activities``. The timeline of a contact is ``leadlex.contacts.list_activities(id)``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, **body: Unpack[NewActivity]) -> Activity:
        """Log an activity; a title has up to 500 characters, ``metadata`` 8 KB as JSON (activities/create)."""
        if title := body.get("title"):
            require_size("title", title, LONGEST_TITLE, "characters")
        if metadata := body.get("metadata"):
            require_size("metadata", encode_json(metadata), LARGEST_METADATA, "bytes")
        return await self._core.call(CREATE, json=body)

    async def get(self, id: str) -> Activity:
        """Read one activity (activities/get)."""
        return await self._core.call(GET, id=id)
