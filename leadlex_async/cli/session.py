"""The client of a command: no launch is lost when the command ends early."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, field

from ..approvals.launch import Outcome, UpdateKind
from ..approvals.ticket import LaunchTicket
from ..client import LeadLex
from ..errors import ApprovalDismissed, ApprovalError, ApprovalFailed, ConfigurationError, StartOutcomeUnknown
from . import report
from .clients import client
from .run import Stopped, finish
from .ticket_file import store

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..approvals.launch import LaunchUpdate, OnUpdate


@define(eq=False)
class Session:
    """A client, and what is known of the launch it serves."""

    leadlex: LeadLex
    given: LaunchTicket | None = None
    """The ticket that was at hand before."""
    file: Path | None = None
    """Where the ticket is to be kept."""
    seen: set[UpdateKind] = field(factory=set[UpdateKind])
    outcome: Outcome | None = None

    def telling(self, show: OnUpdate) -> OnUpdate:
        """What takes in an update and then shows it."""

        def follow(update: LaunchUpdate) -> None:
            self.seen.add(update.kind)
            self.outcome = update.outcome or self.outcome
            if update.kind is UpdateKind.STARTED:
                self.keep(update.ticket)
            show(update)

        return follow

    def keep(self, ticket: LaunchTicket) -> None:
        """Write the ticket where it is to be kept; a full disk does not end the wait."""
        if self.file is None:
            return
        try:
            store(self.file, ticket.to_json())
        except OSError as error:
            report.say(f"leadlex: {self.file} cannot be written: {error.strerror}", err=True)
            report.say(report.go_on(ticket), err=True)

    def note(self, error: Exception, ticket: LaunchTicket | None) -> None:
        """Let an error leave with how to go on."""
        if ticket is not None:
            self.keep(ticket)
            error.add_note(report.go_on(ticket))

    def open(self) -> LaunchTicket | None:
        """The ticket of the launch under way, if there is one."""
        return self.given or next(iter(self.leadlex.approvals.tickets), None)

    def stopped(self) -> Stopped:
        """How a signal leaves things."""
        ticket = self.open()
        stopped = Stopped(f"stopped; {self._standing(ticket)}")
        if self.outcome is None:
            self.note(stopped, ticket)
        return stopped

    def _standing(self, ticket: LaunchTicket | None) -> str:
        if self.outcome is not None:
            return f"the campaign's launch is decided: {self.outcome}"
        if ticket is None:
            return "nothing was started"
        if ticket.settled:
            return "the campaign is on its way: it needed no approval"
        if UpdateKind.APPROVED in self.seen:
            return "approved, but not seen carried out yet"
        if self.given is not None and UpdateKind.PENDING not in self.seen:
            return "no decision was seen"
        return (
            "the start was sent, its answer is not known"
            if ticket.status is None
            else "the approval stays open at LeadLex"
        )


@asynccontextmanager
async def opened(*, given: LaunchTicket | None = None, file: Path | None = None) -> AsyncGenerator[Session, None]:
    """A session with the environment's key and address.

    An error, or ``Stopped``, leaves with a note that says how to go on with the launch that is under way.
    """
    session = Session(_client(given), given, file)
    try:
        yield session
    except asyncio.CancelledError:
        raise session.stopped() from None
    except (ApprovalDismissed, ApprovalFailed):
        raise
    except Exception as error:
        session.note(error, _carried(error) or session.open())
        raise
    finally:
        # An impatient second signal must not cost the result, or the ticket.
        await finish(session.leadlex.aclose())


def _client(given: LaunchTicket | None) -> LeadLex:
    leadlex = client()
    if given is not None and given.base_url != leadlex.base_url:
        raise ConfigurationError(
            f"this ticket belongs to {given.base_url}, this command talks to {leadlex.base_url}; "
            f"set LEADLEX_BASE_URL={given.base_url}"
        )
    return leadlex


def _carried(error: Exception) -> LaunchTicket | None:
    return error.ticket if isinstance(error, (ApprovalError, StartOutcomeUnknown)) else None
