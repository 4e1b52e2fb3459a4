"""The documented operations the sandbox carries out, one module per group."""

from __future__ import annotations

from ..table import Table
from . import campaigns, chat, contacts, conversations, enrollments, lists, steps, tasks, writing

TABLE = Table(
    (
        *campaigns.ROUTES,
        *enrollments.ROUTES,
        *steps.ROUTES,
        *tasks.ROUTES,
        *chat.ROUTES,
        *writing.ROUTES,
        *conversations.ROUTES,
        *lists.ROUTES,
        *contacts.ROUTES,
    )
)
"""Every route of the sandbox."""
