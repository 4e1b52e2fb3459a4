"""Channels: messages through the connected messengers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from ...resources import channels as ops
from ..answers import Answer, Refusal, data, invalid, missing, paged
from ..clock import iso
from ..records import Record, matching, newest_first, pick, within
from ..table import route
from .email import ADDRESS, MAILBOX, subjects

if TYPE_CHECKING:
    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

_LISTED = (
    "id",
    "channel",
    "direction",
    "sender",
    "recipient",
    "body",
    "attachments",
    "contact_id",
    "deal_id",
    "sent_at",
)
_FILE = ("filename", "mime_type", "url")
_FORMS = {
    "slack": (re.compile(r"[CU][A-Z0-9]+"), "the id of a channel (C...) or of a person (U...)"),
    "whatsapp": (re.compile(r"\+[1-9]\d{1,14}"), "an E.164 number such as +14155550100"),
    "telegram": (re.compile(r"-?\d+"), "a numeric chat id"),
    "teams": (re.compile(r"\S+"), "the id of a conversation"),
    "email": (ADDRESS, "an e-mail address"),
}


def _provider(channel: str, name: str, account: str, *more: str, trouble: str | None = None) -> Record:
    """A connected channel; one in trouble still sends."""
    return {
        "channel": channel,
        "connected": True,
        "display_name": name,
        "account_id": account,
        "connected_at": "2026-02-11T09:00:00.000Z",
        "last_sync_at": "2026-02-11T09:05:00.000Z",
        "status": "degraded" if trouble else "healthy",
        "error_message": trouble,
        "capabilities": ["send", "receive", *more],
    }


_UNCONNECTED: Record = {
    **dict.fromkeys(("display_name", "account_id", "connected_at", "last_sync_at", "error_message")),
    "connected": False,
    "status": "disconnected",
    "capabilities": [],
}
_PROVIDERS: tuple[Record, ...] = (
    _provider("slack", "Example Legal", "T01234567", "attachments"),
    _provider("teams", "Example Legal", "19:sandbox", "attachments"),
    _provider("whatsapp", "Front desk", "+14155550100", trouble="Deliveries are delayed"),
    {"channel": "telegram", **_UNCONNECTED},
    _provider("email", "Team", MAILBOX, "attachments"),
)


def send(world: World, call: Call) -> Answer:
    """Send at once through a connected channel."""
    channel, recipient, files = call.required("channel"), call.required("recipient"), _files(call)
    _check(call, channel, recipient)
    about = subjects(world, call)
    if channel == "teams" and not _talked(world, recipient):
        raise missing("Conversation", "conversation_required")
    facts: Record = {"channel": channel, "direction": "outbound", "sender": _account(channel), **about}
    content: Record = {"recipient": recipient, "body": call.required("message"), "attachments": files}
    row = world.store.messages.add(call.now, facts | content | {"sent_at": iso(call.now)})
    return data(pick(row, ("id", "channel")) | {"status": "sent", "sent_at": row["sent_at"]})


def _check(call: Call, channel: str, recipient: str) -> None:
    """Refuse a recipient the channel cannot reach, a message that is too long, and an e-mail without a subject."""
    pattern, form = _FORMS[channel]
    if not pattern.fullmatch(recipient):
        raise invalid(f"Invalid recipient for {channel}", recipient=f"Must be {form}")
    if len(call.required("message")) > ops.LONGEST_MESSAGE:
        raise invalid("The message is too long", message=f"At most {ops.LONGEST_MESSAGE} characters")
    if channel == "email" and not call.text("subject"):
        raise invalid("subject is required for e-mail", subject="Required")


def _files(call: Call) -> list[JSONValue]:
    files = cast("list[Record]", call.body.get("attachments") or [])
    if any(not (file.get("content_base64") or file.get("url")) for file in files):
        raise invalid("An attachment needs content_base64 or url", attachments="Required")
    return [pick(file, _FILE) for file in files]


def _account(channel: str) -> JSONValue:
    """The account that a channel sends from."""
    provider = next(each for each in _PROVIDERS if each["channel"] == channel)
    if not provider["connected"]:
        raise Refusal(403, "insufficient_permissions", f"No {channel} account is connected to this workspace")
    return provider["account_id"]


def _talked(world: World, conversation: str) -> bool:
    """Whether a Teams conversation exists: some message came from it or went to it."""
    of = world.store.messages.of
    return bool(of(channel="teams", sender=conversation) or of(channel="teams", recipient=conversation))


def list_messages(world: World, call: Call) -> Answer:
    """One page of messages, the newest first."""
    rows = matching(world.store.messages, call, "channel", "contact_id", "deal_id", "direction")
    rows = newest_first(within(rows, call, "sent_at", after="after"), "sent_at")
    return paged("messages", [pick(row, _LISTED) for row in rows], *call.page(25))


def list_providers(_: World, __: Call) -> Answer:
    """Every channel, connected or not."""
    return data({"providers": _PROVIDERS})


ROUTES = (
    route(ops.SEND, send),
    route(ops.LIST_MESSAGES, list_messages),
    route(ops.LIST_PROVIDERS, list_providers),
)
