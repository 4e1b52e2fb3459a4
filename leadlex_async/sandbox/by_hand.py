"""``ByHand``: what happens in a workspace besides the calls of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from . import launches
from .clock import iso
from .event_types import NAMES
from .keys import SHOWN, new_key
from .pushes import emit
from .records import Record, new_id
from .routes.email import incoming
from .routes.webhooks import register
from .store import CampaignRow
from .world import World

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._http.wire import JSONValue


class ByHand(World):
    """A world whose owner adds records, plays the people in it and emits events."""

    def emit(self, event_name: str, data: Mapping[str, JSONValue]) -> None:
        """Push an event by hand: to the webhooks that ask for it, or to all if it is in neither official list."""
        emit(self, event_name, dict(data), self.settle(), unasked=event_name not in NAMES)

    def add_webhook(self, url: str, events: Sequence[str], *, secret: str | None = None) -> str:
        """Add a webhook for any address and any events, known or not, and tell its secret."""
        given: Record = {} if secret is None else {"secret": secret}
        return str(register(self, self.settle(), {"url": url, "events": [*events], **given})["secret"])

    def add_campaign(
        self, *, recipients: int = 150, name: str | None = None, id: str | None = None, status: str = "draft"
    ) -> str:
        """Add a campaign to so many people, none of whom is stored, and tell its id."""
        now, count = self.settle(), len(self.store.campaigns) + 1
        row = CampaignRow(id or new_id(), name or f"Campaign {count}", now, status, recipients, updated_at=now)
        self.store.campaigns[row.id] = row
        return row.id

    def add_key(self, *permissions: str) -> str:
        """Make an API key that may do just this, in any of the API's vocabularies, and tell it in plain text."""
        key = new_key()
        fields: Record = {"key": key, "name": f"Key {len(self.store.api_keys) + 1}", "permissions": [*permissions]}
        self.store.api_keys.add(self.settle(), fields | {"prefix": key[:SHOWN], "expires_at": None, "revoked_at": None})
        return key

    def add_event(self, **fields: JSONValue) -> str:
        """Put an event into the calendar and tell its id: ``title``, ``start_time``, ``end_time``, ``attendees`` ..."""
        row = self.store.events.add(self.settle(), fields)
        emit(self, "meeting.scheduled", {"event_id": row["id"], "title": row.get("title")}, self.now())
        return str(row["id"])

    def receive_email(self, sender: str, subject: str, text: str, *, thread_id: str | None = None) -> str:
        """Let a mail come in, in a thread that is there or a new one, and tell the thread's id."""
        message = incoming(sender, text, iso(self.settle()))
        if thread_id is None:
            thread_id = str(self.store.threads.add(self.now(), {"subject": subject, "contact_ids": []})["id"])
        thread = self.store.threads.named(thread_id)
        thread["messages"] = [*cast("list[JSONValue]", thread.get("messages") or []), message]
        told: Record = {"message_id": message["id"], "thread_id": thread_id, "from": sender}
        emit(self, "email.received", told, self.now())
        return thread_id

    def receive_message(self, channel: str, sender: str, text: str) -> str:
        """Let a message come in over a channel (slack, teams, whatsapp, telegram, email) and tell its id."""
        now = iso(self.settle())
        fields: Record = {"channel": channel, "direction": "inbound", "sender": sender, "body": text, "sent_at": now}
        return str(self.store.messages.add(self.now(), fields | {"attachments": []})["id"])

    def approve(self, task_id: str) -> None:
        """Approve a pending task, as a person in the app would."""
        launches.approve(self, launches.task_named(self, task_id), self.settle())

    def dismiss(self, task_id: str, reason: str | None = None) -> None:
        """Dismiss a pending task, as a person in the app would."""
        launches.dismiss(self, launches.task_named(self, task_id), self.settle(), reason)

    def fail(self, task_id: str) -> None:
        """Let a task be approved and then fail while it is carried out."""
        launches.fail(self, launches.task_named(self, task_id), self.settle())

    def vanish(self, task_id: str) -> None:
        """Take a task out of every list; its campaign stays as it is."""
        self.settle()
        launches.task_named(self, task_id).gone = True
