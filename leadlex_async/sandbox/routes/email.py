"""E-mail: one mailbox, and its messages thread by thread."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING, cast

from ...resources import email as ops
from ..answers import Answer, Refusal, data, invalid, paged
from ..clock import epoch, iso
from ..pushes import emit
from ..records import Record, known, matching, new_id, newest_first, pick, within
from ..table import route
from .conversations import USER

if TYPE_CHECKING:
    from ..._http.wire import JSONValue
    from ..call import Call
    from ..world import World

MAILBOX = "team@example.com"
"""The address that everything is sent from."""

ADDRESS = re.compile(r'(?:"?(?P<name>[^<>"]*?)"?\s*<)?(?P<email>[^<>@\s,]+@[^<>@\s,]+)(?(name)>)')
_MESSAGE = ("id", "from", "to", "cc", "sent_at", "direction", "body_text", "body_html", "attachments")
_BODIES = {"body_text", "body_html"}
_SNIPPET = 100
_SYNCS = 6
_SECONDS = {"incremental": 10, "full": 120}


def send(world: World, call: Call) -> Answer:
    """Send at once: the first message of a new thread, or one more of a thread that is there."""
    message, about = _message(world, call), subjects(world, call)
    thread = _thread(world, call)
    thread["messages"] = [*_messages(thread), message]
    thread["deal_id"] = about["deal_id"] or thread.get("deal_id")
    if about["contact_id"]:
        thread["contact_ids"] = [*dict.fromkeys([*_texts(thread.get("contact_ids")), str(about["contact_id"])])]
    if any(about.values()):
        _log(world, call, message, about)
    sent: Record = {"id": message["id"], "thread_id": thread["id"], "provider": "gmail", "status": "sent"}
    return data(sent | {"sent_at": message["sent_at"]})


def incoming(sender: str, text: str, sent_at: str) -> Record:
    """A message that somebody sent to the mailbox."""
    facts: Record = {"id": new_id("msg"), "from": sender, "to": [MAILBOX], "cc": [], "sent_at": sent_at}
    content: Record = {"body_text": text, "body_html": None, "attachments": []}
    return facts | content | {"direction": "inbound", "unread": True}


def _message(world: World, call: Call) -> Record:
    if len(call.required("subject")) > ops.LONGEST_SUBJECT:
        raise invalid("The subject is too long", subject=f"At most {ops.LONGEST_SUBJECT} characters")
    if not (call.text("body_html") or call.text("body_text")):
        raise invalid("One of body_html or body_text is required", body_html="Required", body_text="Required")
    to, cc, bcc, _ = (_addresses(call, name) for name in ("to", "cc", "bcc", "reply_to"))
    if not to:
        raise invalid("to is required", to="Required")
    files = cast("list[Record]", call.body.get("attachments") or [])
    facts: Record = {"id": new_id("msg"), "from": MAILBOX, "to": to, "cc": cc, "bcc": bcc, "sent_at": iso(call.now)}
    content: Record = {"body_text": call.text("body_text"), "body_html": call.text("body_html")}
    content["attachments"] = [_attached(world, each) for each in files]
    return facts | content | {"direction": "outbound"}


def _addresses(call: Call, name: str) -> list[JSONValue]:
    """The addresses of a field, each with or without a name, as they were given."""
    value = call.body.get(name) or []
    texts = [value] if isinstance(value, str) else _texts(value)
    for text in texts:
        if address(text) is None:
            raise invalid("Invalid e-mail address", **{name: f"Not an e-mail address: {text}"})
    return [*texts]


def address(text: str) -> tuple[str, str] | None:
    """The name and the e-mail address of ``Jane Doe <jane@example.com>`` or of a bare address."""
    found = ADDRESS.fullmatch(text.strip())
    return (found["name"] or "", found["email"].lower()) if found else None


def _attached(world: World, file: Record) -> Record:
    """What a thread tells of an attachment; the size of a stored file is that of its document."""
    content, path = file.get("content_base64"), file.get("storage_path")
    if not (content or path):
        raise invalid("An attachment needs content_base64 or storage_path", attachments="Required")
    if not content:
        size = next((row["size_bytes"] for row in world.store.documents.of(storage_path=path)), None)
        return pick(file, ("filename", "mime_type")) | {"size_bytes": size}
    try:
        size = len(b64decode(str(content), validate=True))
    except (binascii.Error, ValueError):
        raise invalid("Invalid attachment", attachments="content_base64 is not base64") from None
    return pick(file, ("filename", "mime_type")) | {"size_bytes": size}


def subjects(world: World, call: Call) -> Record:
    """The contact and the deal a message is about, which must exist."""
    contact_id, deal_id = call.text("contact_id"), call.text("deal_id")
    if contact_id:
        world.store.contacts.named(contact_id)
    if deal_id:
        world.store.deals.named(deal_id, "not_found")
    return {"contact_id": contact_id, "deal_id": deal_id}


def _thread(world: World, call: Call) -> Record:
    thread_id = call.text("thread_id")
    if thread_id:
        return world.store.threads.named(thread_id)
    return world.store.threads.add(call.now, known(call.body, ("subject",)) | {"deal_id": None, "contact_ids": []})


def _log(world: World, call: Call, message: Record, about: Record) -> None:
    """An entry in the timeline of the contact and the deal."""
    subject = call.text("subject")
    facts: Record = {"type": "email_sent", "title": subject, "description": _snippet(message), **about}
    entity: Record = {"entity_type": "email", "entity_id": message["id"], "entity_name": subject}
    world.store.activities.add(call.now, facts | entity | {"metadata": {}, "created_by_user_id": USER})


def list_threads(world: World, call: Call) -> Answer:
    """One page of threads, the one with the newest message first."""
    contact_id, rows = call.query.get("contact_id"), matching(world.store.threads, call, "deal_id")
    if contact_id:
        rows = [row for row in rows if contact_id in _texts(row.get("contact_ids"))]
    shown = within([_listed(row) for row in rows], call, "last_message_at", after="after")
    if call.query.get("unread") == "true":
        shown = [row for row in shown if row["unread_count"]]
    return paged("threads", newest_first(shown, "last_message_at"), *call.page(25))


def get_thread(world: World, call: Call) -> Answer:
    """One thread with its messages, the oldest first."""
    row = world.store.threads.named(call.arguments["id"])
    hidden = _BODIES if call.query.get("include_body") == "false" else set[str]()
    names = [name for name in _MESSAGE if name not in hidden]
    return data(_head(row) | {"messages": [pick(message, names) for message in _messages(row)]})


def _listed(row: Record) -> Record:
    messages = _messages(row)
    newest = messages[-1] if messages else {}
    unread = sum(bool(message.get("unread")) for message in messages)
    counts: Record = {"message_count": len(messages), "unread_count": unread}
    return _head(row) | counts | {"snippet": _snippet(newest), "last_message_at": newest.get("sent_at")}


def _head(row: Record) -> Record:
    written = [address(text) for message in _messages(row) for text in (str(message.get("from")), *_others(message))]
    people = dict.fromkeys(each[1] for each in written if each)
    linked: Record = {"participants": [*people], "contact_ids": [*_texts(row.get("contact_ids"))]}
    return pick(row, ("id", "subject", "deal_id")) | linked


def _messages(row: Record) -> list[Record]:
    messages = cast("list[Record]", row.get("messages") or [])
    return sorted(messages, key=lambda message: epoch(str(message.get("sent_at") or "")) or 0)


def _others(message: Record) -> list[str]:
    return [*_texts(message.get("to")), *_texts(message.get("cc"))]


def _texts(value: JSONValue) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _snippet(message: Record) -> str:
    """The beginning of the text, or of what the HTML says."""
    text = str(message.get("body_text") or "") or unescape(re.sub(r"<[^>]*>", " ", str(message.get("body_html") or "")))
    return " ".join(text.split())[:_SNIPPET]


def list_correspondents(world: World, call: Call) -> Answer:
    """Those written to or heard from, the latest first, and of these the busiest; all mail is that of one user."""
    mine = call.query.get("user_id") in {None, USER}
    messages = [message for thread in world.store.threads for message in _messages(thread)] if mine else []
    exchanged: defaultdict[str, list[tuple[str, Record]]] = defaultdict(list)
    for message in within(messages, call, "sent_at", after="since"):
        for name, email in _counterparts(message):
            exchanged[email].append((name, message))
    least, limit = call.whole("min_messages", 2), min(call.whole("limit", 25), 200)
    known_as = by_email(world)
    rows = [
        _correspondent(email, found, known_as.get(email, {}))
        for email, found in exchanged.items()
        if len(found) >= least
    ]
    ranked = sorted(rows, key=lambda row: (str(row["last_message_at"]), int(str(row["message_count"]))), reverse=True)
    return data({"correspondents": ranked[:limit]})


def _counterparts(message: Record) -> list[tuple[str, str]]:
    written = _others(message) if message.get("direction") == "outbound" else [str(message.get("from"))]
    people = {each[1]: each for each in map(address, written) if each is not None and each[1] != MAILBOX}
    return [*people.values()]


def by_email(world: World) -> dict[str, Record]:
    """The contacts by e-mail; of several with the same one the first."""
    return {str(row["email"]).lower(): row for row in [*world.store.contacts][::-1] if row["email"]}


def _correspondent(email: str, exchanged: list[tuple[str, Record]], contact: Record) -> Record:
    sent = sum(message.get("direction") == "outbound" for _, message in exchanged)
    latest = max(str(message.get("sent_at") or "") for _, message in exchanged)
    name = next((name for name, _ in reversed(exchanged) if name), None) or contact.get("full_name")
    facts: Record = {"email": email, "display_name": name, "contact_id": contact.get("id")}
    counts: Record = {"message_count": len(exchanged), "sent_count": sent, "received_count": len(exchanged) - sent}
    return facts | counts | {"company_name": contact.get("company"), "last_message_at": latest}


def sync(world: World, call: Call) -> Answer:
    """Fetch from the mailbox."""
    return start_sync(world, call, "email")


def start_sync(world: World, call: Call, kind: str) -> Answer:
    """Queue a synchronization of one kind, unless a full one is still running."""
    for job in world.store.jobs.of(kind=kind, mode="full"):
        if (epoch(str(job["ends_at"])) or 0) > call.now:
            raise Refusal(409, "sync_in_progress", f"A full {kind} sync is running", job_id=job["id"])
    world.caps.take(f"{kind} sync", _SYNCS, call.now)
    mode = call.text("mode") or "incremental"
    ends = call.now + _SECONDS[mode]
    job = world.store.jobs.add(call.now, {"kind": kind, "mode": mode, "ends_at": iso(ends)})
    done: Record = {"job_id": job["id"], "mode": mode}
    world.agenda.add(ends, lambda at: emit(world, f"{kind}.sync.completed", done, at))
    return data({"job_id": job["id"], "status": "queued", "mode": mode, "queued_at": job["created_at"]})


ROUTES = (
    route(ops.SEND, send),
    route(ops.LIST_THREADS, list_threads),
    route(ops.GET_THREAD, get_thread),
    route(ops.SYNC, sync),
    route(ops.LIST_CORRESPONDENTS, list_correspondents),
)
