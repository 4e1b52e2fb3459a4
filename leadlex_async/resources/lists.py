"""Lists: named groups of contacts (pages ``lists/*``)."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict, Unpack

from .._http.op import Op
from .._http.wire import When
from ..models.lists import ContactList, ListAdded, ListDeleted, ListRemoved
from ._checks import require_size

if TYPE_CHECKING:
    from .._http.core import Core


LIST = Op("GET", "/v1/lists", builtins.list[ContactList], "lists", scope="read")
CREATE = Op("POST", "/v1/lists", ContactList, "list", scope="write")
DELETE = Op("DELETE", "/v1/lists/{id}", ListDeleted, scope="contacts:write")
ADD_CONTACTS = Op("POST", "/v1/lists/{id}/contacts", ListAdded, scope="write")
REMOVE_CONTACT = Op("DELETE", "/v1/lists/{list_id}/contacts/{contact_id}", ListRemoved, scope="contacts:write")

MOST_CONTACTS = 100


class NewList(TypedDict):
    """Body of ``lists.create``; the name must be unique in the workspace."""

    name: str
    description: NotRequired[str]
    created_date: NotRequired[When]


class Lists:
    """``leadlex.lists``. The members of a list are ``leadlex.contacts.iter(list_id=...)``."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def create(self, **body: Unpack[NewList]) -> ContactList:
        """Create an empty list; a name that is taken is a ``ValidationError`` (lists/create)."""
        return await self._core.call(CREATE, json=body)

    async def delete(self, id: str) -> ListDeleted:
        """Delete a list; its contacts stay (lists/delete)."""
        return await self._core.call(DELETE, id=id)

    async def add_contacts(self, id: str, contact_ids: Sequence[str]) -> ListAdded:
        """Add up to 100 contacts; those already in are skipped, an unknown id refuses all (lists/add-contacts)."""
        require_size("contact_ids", contact_ids, MOST_CONTACTS, "ids")
        return await self._core.call(ADD_CONTACTS, id=id, json={"contact_ids": [*contact_ids]})

    async def remove_contact(self, list_id: str, contact_id: str) -> ListRemoved:
        """Take one contact off a list (lists/remove-contact)."""
        return await self._core.call(REMOVE_CONTACT, list_id=list_id, contact_id=contact_id)

    async def list(self) -> builtins.list[ContactList]:
        """All lists; the API does not page them (lists/list)."""
        return await self._core.call(LIST)
