"""The client of a command: no launch is lost when the command ends early."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..client import LeadLex
from ..errors import ApprovalDismissed, ApprovalError, ApprovalFailed, StartOutcomeUnknown
from . import report
from .run import Stopped, finish

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..approvals.ticket import LaunchTicket


@asynccontextmanager
async def opened(*, given: LaunchTicket | None = None) -> AsyncGenerator[LeadLex, None]:
    """A client of the environment's key and address.

    An error, or ``Stopped``, leaves with a note that says how to go on with the launch that is under way; ``given`` is
    the ticket that was at hand before.
    """
    leadlex = LeadLex()
    try:
        yield leadlex
    except asyncio.CancelledError:
        raise _stopped(given or _open(leadlex)) from None
    except (ApprovalDismissed, ApprovalFailed):
        raise
    except Exception as error:
        _note(error, _carried(error) or _open(leadlex))
        raise
    finally:
        # An impatient second signal must not cost the result, or the ticket.
        await finish(leadlex.aclose())


def _open(leadlex: LeadLex) -> LaunchTicket | None:
    return next(iter(leadlex.approvals.tickets), None)


def _carried(error: Exception) -> LaunchTicket | None:
    return error.ticket if isinstance(error, (ApprovalError, StartOutcomeUnknown)) else None


def _note(error: Exception, ticket: LaunchTicket | None) -> None:
    if ticket is not None:
        error.add_note(report.go_on(ticket))


def _stopped(ticket: LaunchTicket | None) -> Stopped:
    stopped = Stopped(_standing(ticket))
    _note(stopped, ticket)
    return stopped


def _standing(ticket: LaunchTicket | None) -> str:
    if ticket is None:
        return "stopped; no start was sent"
    if ticket.settled:
        return "stopped, but the campaign is on its way: it needed no approval"
    if ticket.status is None:
        return "stopped; the start was sent, its answer is not known"
    return "stopped; the approval stays open at LeadLex"
