"""Chats with Lexi, whole and streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from ...resources import lexi as ops
from .. import launches
from ..answers import Answer, data, invalid, missing
from ..records import new_id
from ..store import ConversationRow, MessageRow
from ..table import route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_SEARCHES = ("search ", "find ")
_CONTEXT = ("contact_id", "deal_id", "matter_id", "page")
_TITLE = 60


def chat(world: World, call: Call) -> Answer:
    """One whole reply; a message that begins with "search" or "find" proposes a prospect search."""
    message = call.required("message")
    context = call.mapping("context")
    searching = message.lower().startswith(_SEARCHES)
    world.spend(5 if searching else 1)
    known = world.store.conversations.get(str(context.get("conversation_id")))
    conversation = known or _open(world, call, message, context)
    task_id, text = None, _reply(world, message)
    if searching:
        task_id = launches.propose(world, "prospect_search", message, call.now, query=message, per_page=20).id
        text = "I can do that. Please approve this task to proceed."
    _say(conversation, call.now, message, text)
    reply = {"response": text, "task_id": task_id, "requires_approval": searching}
    return data(reply | {"conversation_id": conversation.id})


def chat_stream(world: World, call: Call) -> Answer:
    """A reply in pieces; the message "fail" breaks it off with an error."""
    message = call.required("message")
    if len(message) > ops.LONGEST_MESSAGE:
        raise invalid("Message is too long", message=f"At most {ops.LONGEST_MESSAGE} characters")
    conversation = _continue(world, call, message)
    failing = message.strip().lower() == "fail"
    world.spend(0 if failing else 1)
    text = _reply(world, message)
    tool = call.flag("allow_tools") is not False
    message_id = _say(conversation, call.now, message, text, tool="contacts.search" if tool else None)
    events = [*_opening(world, tool=tool), *_deltas(text, conversation.id)]
    if failing:
        return _stream([*events[:-1], ("error", {"code": "provider_error", "message": "Lexi is not available"})])
    return _stream([*events, ("done", {"credits_remaining": world.credits, "message_id": message_id})])


def _continue(world: World, call: Call, message: str) -> ConversationRow:
    known = call.text("conversation_id")
    if known is None:
        return _open(world, call, message, call.mapping("context"))
    if known not in world.store.conversations:
        raise missing("Conversation", "conversation_not_found")
    return world.store.conversations[known]


def _open(world: World, call: Call, message: str, context: dict[str, JSONValue]) -> ConversationRow:
    kept = {name: context[name] for name in _CONTEXT if name in context}
    row = ConversationRow(new_id("conv"), message[:_TITLE], call.now, call.now, context=kept)
    world.store.conversations[row.id] = row
    return row


def _reply(world: World, message: str) -> str:
    store = world.store
    return (
        f"You asked: {message[:_TITLE]!r}. The workspace holds {len(store.contacts)} contacts, "
        f"{len(store.lists)} lists and {len(store.campaigns)} campaigns."
    )


def _say(row: ConversationRow, now: float, message: str, text: str, *, tool: str | None = None) -> str:
    row.messages.append(MessageRow(new_id("msg"), "user", message, now))
    if tool is not None:
        row.messages.append(MessageRow(new_id("msg"), "tool", "", now, tool))
    row.messages.append(MessageRow(new_id("msg"), "assistant", text, now))
    row.updated_at = now
    return row.messages[-1].id


def _opening(world: World, *, tool: bool) -> Iterable[tuple[str, object]]:
    yield "thinking", {"text": "Looking at the workspace"}
    if tool:
        yield "tool_step", {"tool": "contacts.search", "status": "started"}
        summary = f"Found {len(world.store.contacts)} contacts"
        yield "tool_step", {"tool": "contacts.search", "status": "completed", "summary": summary}


def _deltas(text: str, conversation_id: str) -> Iterable[tuple[str, object]]:
    for sentence in text.split(". "):
        yield (
            "text",
            {"delta": sentence if sentence.endswith(".") else f"{sentence}. ", "conversation_id": conversation_id},
        )


def _stream(events: Iterable[tuple[str, object]]) -> Answer:
    pieces = [b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(payload)) for name, payload in events]
    return Answer(body=b"".join([*pieces, b"data: [DONE]\n\n"]), content_type="text/event-stream")


ROUTES = (
    route(ops.CHAT, chat),
    route(ops.CHAT_STREAM, chat_stream),
)
