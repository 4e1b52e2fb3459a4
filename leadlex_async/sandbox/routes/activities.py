"""Activities: entries in the timelines of contacts and deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from ...resources import activities as ops
from ..answers import Answer, Refusal, data, invalid
from ..records import Record, known, pick
from ..table import route
from .conversations import USER

if TYPE_CHECKING:
    from ..call import Call
    from ..world import World

_TEXTS = ("type", "title", "description", "contact_id", "deal_id", "entity_type", "entity_id", "entity_name")
_SHOWN = ("id", *_TEXTS, "metadata", "created_by_user_id", "created_date")


def create(world: World, call: Call) -> Answer:
    """A new activity, of a contact, a deal, any other record or none."""
    _check(world, call)
    fields: Record = {**dict.fromkeys(_TEXTS), **known(call.body, (*_TEXTS, "created_date"))}
    more: Record = {"metadata": call.mapping("metadata"), "created_by_user_id": USER}
    row = world.store.activities.add(call.now, fields | more)
    return data({"activity": pick(row, _SHOWN)})


def _check(world: World, call: Call) -> None:
    """Refuse what is too long, and a contact or a deal that does not exist."""
    if len(call.text("title") or "") > ops.LONGEST_TITLE:
        raise invalid("The title is too long", title=f"At most {ops.LONGEST_TITLE} characters")
    if len(orjson.dumps(call.mapping("metadata"))) > ops.LARGEST_METADATA:
        raise Refusal(400, "metadata_too_large", f"metadata must not exceed {ops.LARGEST_METADATA} bytes as JSON")
    contact_id, deal_id = call.text("contact_id"), call.text("deal_id")
    if contact_id is not None:
        world.store.contacts.named(contact_id, "contact_not_found")
    if deal_id is not None:
        world.store.deals.named(deal_id)


def get(world: World, call: Call) -> Answer:
    """One activity."""
    return data({"activity": pick(world.store.activities.named(call.arguments["id"]), _SHOWN)})


ROUTES = (
    route(ops.CREATE, create, missing="missing_required_field"),
    route(ops.GET, get),
)
