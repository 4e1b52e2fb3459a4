# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both checkers honour `type: ignore`, and each fails where its own error is not there: unused-ignore in mypy.
"""E-mail, calendar, channels, documents: what calls give and what is refused; read by mypy and pyright, never run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import assert_type

from leadlex_async import LeadLex, Page
from leadlex_async.models.calendar import CalendarEvent, CalendarProvider
from leadlex_async.models.channels import Channel, ChannelMessage, ChannelProvider, ChannelSent
from leadlex_async.models.common import SyncJob
from leadlex_async.models.documents import Document, DocumentLink
from leadlex_async.models.email import AddressEnrichment, Correspondent, EmailSent, EmailThread

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def email(leadlex: LeadLex) -> None:
    """What ``leadlex.email`` gives."""
    assert_type(
        await leadlex.email.send(to="ann@example.com", subject="Hi", body_text="Hello", cc=("bo@example.com",)),
        EmailSent,
    )
    assert_type(await leadlex.email.list_threads(unread=True), Page[EmailThread])
    assert_type(leadlex.email.iter_threads(after=NOW), AsyncIterator[EmailThread])
    assert_type(await leadlex.email.get_thread("th-1", include_body=False), EmailThread)
    assert_type(await leadlex.email.sync(mode="full", provider="gmail"), SyncJob)
    assert_type(await leadlex.email.enrich(domain="lee.example", include=["social"]), AddressEnrichment)
    assert_type(await leadlex.email.list_correspondents(limit=10, since="2026-01-01"), list[Correspondent])


async def email_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.email`` does not take."""
    await leadlex.email.send(to="ann@example.com", subject="Hi", body="Hello")  # type: ignore[call-arg]
    await leadlex.email.send(subject="Hi")  # type: ignore[call-arg]
    await leadlex.email.list_threads(unread="yes")  # type: ignore[arg-type]
    thread = await leadlex.email.get_thread("th-1")
    _ = thread.mesages  # type: ignore[attr-defined]


async def calendar(leadlex: LeadLex) -> None:
    """What ``leadlex.calendar`` gives."""
    assert_type(await leadlex.calendar.list_events(from_date=NOW), Page[CalendarEvent])
    assert_type(leadlex.calendar.iter_events(attendee_email="ann@example.com"), AsyncIterator[CalendarEvent])
    assert_type(await leadlex.calendar.get_event("ev-1"), CalendarEvent)
    assert_type(await leadlex.calendar.sync(provider=CalendarProvider.GOOGLE), SyncJob)


async def calendar_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.calendar`` does not take."""
    await leadlex.calendar.list_events(start=NOW)  # type: ignore[call-arg]
    await leadlex.calendar.get_event()  # type: ignore[call-arg]
    await leadlex.calendar.sync(provider="apple")  # type: ignore[arg-type]


async def channels(leadlex: LeadLex) -> None:
    """What ``leadlex.channels`` gives."""
    assert_type(
        await leadlex.channels.send(
            channel="slack", recipient="C1", message="Hi", attachments=[{"filename": "a", "mime_type": "b"}]
        ),
        ChannelSent,
    )
    assert_type(await leadlex.channels.list_messages(direction="inbound"), Page[ChannelMessage])
    assert_type(leadlex.channels.iter_messages(channel=Channel.TEAMS), AsyncIterator[ChannelMessage])
    assert_type(await leadlex.channels.list_providers(), list[ChannelProvider])


async def channels_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.channels`` does not take."""
    await leadlex.channels.list_messages(provider="slack")  # type: ignore[call-arg]
    await leadlex.channels.send(channel="slack", recipient="C1")  # type: ignore[call-arg]
    await leadlex.channels.send(channel="fax", recipient="1", message="Hi")  # type: ignore[arg-type]


async def documents(leadlex: LeadLex) -> None:
    """What ``leadlex.documents`` gives."""
    assert_type(leadlex.documents.iter(tag=["NDA", "2026"]), AsyncIterator[Document])
    assert_type(
        await leadlex.documents.create(name="NDA.pdf", mime_type="application/pdf", storage_path="nda"), Document
    )
    assert_type(await leadlex.documents.get("doc-1", download=False), Document)
    assert_type(await leadlex.documents.delete("doc-1", hard=True), None)
    assert_type(await leadlex.documents.link("doc-1", entity_type="deal", entity_id="d-1"), DocumentLink)
    assert_type(await leadlex.documents.list(folder="/clients"), Page[Document])


async def documents_misused(leadlex: LeadLex) -> None:
    """What ``leadlex.documents`` does not take."""
    await leadlex.documents.list(tags="NDA")  # type: ignore[call-arg]
    await leadlex.documents.link("doc-1", entity_type="deal")  # type: ignore[call-arg]
    await leadlex.documents.get("doc-1", download="no")  # type: ignore[arg-type]
