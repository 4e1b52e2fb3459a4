"""Conversations with Lexi that chats have left."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from ...resources import lexi as ops
from ..answers import Answer, data, invalid, missing, paged
from ..clock import iso
from ..table import route

if TYPE_CHECKING:
    from ..call import Call
    from ..store import ConversationRow, MessageRow
    from ..world import World

USER = "usr_sandbox"
"""The owner of every conversation: the one user behind every key."""

_LINKS = ("contact_id", "deal_id", "matter_id")
_MESSAGES = 200
_MOST_MESSAGES = 1000
_LONGEST_TITLE = 200


def list_conversations(world: World, call: Call) -> Answer:
    """Conversations, the latest first, without the archived ones unless asked for."""
    rows = sorted(world.store.conversations.values(), key=attrgetter("updated_at"), reverse=True)
    return paged("conversations", [_listed(row) for row in rows if _wanted(row, call)], *call.page(25))


def get(world: World, call: Call) -> Answer:
    """One conversation with its latest messages."""
    row = _named(world, call)
    tools = call.query.get("include_tool_steps") == "true"
    messages = [message for message in row.messages if tools or message.role != "tool"]
    latest = messages[-min(call.whole("limit", _MESSAGES), _MOST_MESSAGES) :]
    return data(_core(row) | {"created_at": iso(row.created_at), "messages": [_message(each) for each in latest]})


def update(world: World, call: Call) -> Answer:
    """Rename, archive or relink."""
    row = _named(world, call)
    title, archived, context = call.text("title"), call.flag("archived"), call.mapping("context")
    if not call.body:
        raise invalid("Nothing to update")
    if title is not None and not 1 <= len(title) <= _LONGEST_TITLE:
        raise invalid("Invalid title", title=f"Must have 1 to {_LONGEST_TITLE} characters")
    row.title, row.archived = title or row.title, row.archived if archived is None else archived
    merged = row.context | {name: context[name] for name in _LINKS if name in context}
    row.context = {name: value for name, value in merged.items() if value is not None}
    return data(_core(row) | {"updated_at": iso(call.now)})


def delete(world: World, call: Call) -> Answer:
    """Delete for good."""
    del world.store.conversations[_named(world, call).id]
    return Answer(204)


def _named(world: World, call: Call) -> ConversationRow:
    row = world.store.conversations.get(call.arguments["id"])
    if row is None:
        raise missing("Conversation")
    return row


def _wanted(row: ConversationRow, call: Call) -> bool:
    query = call.query
    linked = all(row.context.get(name) == query[name] for name in ("contact_id", "deal_id") if query.get(name))
    present = not row.archived or query.get("archived") == "true"
    return linked and present and query.get("user_id") in {None, USER} and _mentions(row, query.get("search", ""))


def _mentions(row: ConversationRow, words: str) -> bool:
    wanted = words.lower()
    return wanted in row.title.lower() or any(wanted in message.content.lower() for message in row.messages)


def _core(row: ConversationRow) -> dict[str, object]:
    return {"id": row.id, "title": row.title, "context": row.context, "archived": row.archived}


def _listed(row: ConversationRow) -> dict[str, object]:
    more = {"message_count": len(row.messages), "last_message_at": iso(row.updated_at)}
    return _core(row) | more | {"created_at": iso(row.created_at)}


def _message(message: MessageRow) -> dict[str, object]:
    shown: dict[str, object] = {"id": message.id, "role": message.role, "content": message.content}
    if message.role == "assistant":
        shown["tool_calls"] = []
    if message.tool is not None:
        shown |= {"tool_name": message.tool, "tool_output": {}}
    return shown | {"created_at": iso(message.created_at)}


ROUTES = (
    route(ops.LIST_CONVERSATIONS, list_conversations),
    route(ops.GET_CONVERSATION, get),
    route(ops.UPDATE_CONVERSATION, update),
    route(ops.DELETE_CONVERSATION, delete),
)
